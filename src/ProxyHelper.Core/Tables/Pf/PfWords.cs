namespace ProxyHelper.Tables.Pf;

/// <summary>Takes the words of a line from left to right.</summary>
internal ref struct PfWords
{
    private const string Blanks = " \t";

    /// <summary>Starts before the first word of a line.</summary>
    public PfWords(ReadOnlySpan<char> line)
    {
        Rest = line.Trim(Blanks);
    }

    /// <summary>Gets the text that was not taken. It does not start with a blank.</summary>
    public ReadOnlySpan<char> Rest { get; private set; }

    /// <summary>Takes the text up to the next blank.</summary>
    /// <returns>Nothing at the end of the line.</returns>
    public ReadOnlySpan<char> Take() => Take(Rest.IndexOfAny(Blanks), skipped: 0);

    /// <summary>Takes the text up to a letter, and the letter.</summary>
    /// <returns>The text without the letter, or the rest of the line if the letter is missing.</returns>
    public ReadOnlySpan<char> TakeTo(char letter) => Take(Rest.IndexOf(letter), skipped: 1);

    /// <summary>Takes a word if it is the next one.</summary>
    public bool TryTake(string word)
    {
        bool isNext = Rest.StartsWith(word, StringComparison.Ordinal)
            && (Rest.Length == word.Length || Blanks.Contains(Rest[word.Length]));
        if (isNext)
        {
            Take(word.Length, skipped: 0);
        }

        return isNext;
    }

    /// <summary>Takes a text if the rest starts with it.</summary>
    public bool TryTakeStart(string text)
    {
        bool isNext = Rest.StartsWith(text, StringComparison.Ordinal);
        if (isNext)
        {
            Take(text.Length, skipped: 0);
        }

        return isNext;
    }

    private ReadOnlySpan<char> Take(int length, int skipped)
    {
        int end = length < 0 ? Rest.Length : length;
        ReadOnlySpan<char> taken = Rest[..end];
        Rest = Rest[Math.Min(end + skipped, Rest.Length)..].TrimStart(Blanks);
        return taken;
    }
}
