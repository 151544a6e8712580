namespace ProxyHelper.Diagnosis.Pair;

/// <summary>
/// Represents a statement of keepalived's or conntrackd's configuration: the words of a line, and the statements
/// between braces after these words.
/// </summary>
/// <param name="Words">The words. A word in quotation marks can have spaces.</param>
internal sealed record ConfigurationStatement(IReadOnlyList<string> Words)
{
    /// <summary>Gets the statements between the braces.</summary>
    public List<ConfigurationStatement> Children { get; } = [];

    /// <summary>Gets whether the statement depends on the host: "@router-a priority 100" of keepalived.</summary>
    public bool IsConditional => Words is [['@' or '~', ..], ..];

    /// <summary>Gets the first word after the condition, or an empty text.</summary>
    public string Name => Words.ElementAtOrDefault(IsConditional ? 1 : 0) ?? string.Empty;

    /// <summary>Gets the word after the name, or null.</summary>
    public string? Value => Words.ElementAtOrDefault(IsConditional ? 2 : 1);

    /// <summary>Returns the statements between the braces that begin with a word, in any case of letters.</summary>
    public IEnumerable<ConfigurationStatement> Named(string name) =>
        Children.Where(child => child.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Reads a configuration that consists of lines and of blocks in braces.</summary>
internal sealed class ConfigurationBlock
{
    private const int MaxDepth = 16; // conntrackd's configuration has four levels

    private readonly Stack<ConfigurationStatement> _open = new();
    private readonly List<string> _words = [];
    private readonly string _comments;

    private ConfigurationBlock(string comments)
    {
        _comments = comments;
        _open.Push(new ConfigurationStatement([]));
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="comments">The characters that begin a comment.</param>
    /// <returns>A statement without words whose children are the statements, or null if braces do not match.</returns>
    public static ConfigurationStatement? Parse(string text, string comments)
    {
        var reader = new ConfigurationBlock(comments);
        foreach (Range line in text.AsSpan().Split('\n'))
        {
            if (!reader.TryReadLine(text.AsSpan()[line]))
            {
                return null;
            }
        }

        return reader._open.Count == 1 ? reader._open.Pop() : null;
    }

    private bool TryReadLine(ReadOnlySpan<char> line)
    {
        for (int index = 0; index < line.Length;)
        {
            char letter = line[index];
            if (_comments.Contains(letter))
            {
                break;
            }

            if (letter is '{' or '}')
            {
                if (!(letter == '{' ? TryOpen() : TryClose()))
                {
                    return false;
                }

                index++;
            }
            else
            {
                index += char.IsWhiteSpace(letter) ? 1 : ReadWord(line[index..]);
            }
        }

        EndStatement();
        return true;
    }

    /// <summary>Reads a word and returns the number of its characters, with the quotation marks.</summary>
    private int ReadWord(ReadOnlySpan<char> text)
    {
        if (text[0] == '"')
        {
            int end = text[1..].IndexOf('"') is var found and >= 0 ? found + 1 : text.Length;
            _words.Add(text[1..end].ToString());
            return Math.Min(end + 1, text.Length);
        }

        int length = 1;
        while (length < text.Length && !char.IsWhiteSpace(text[length]) && text[length] is not ('{' or '}' or '"')
            && !_comments.Contains(text[length]))
        {
            length++;
        }

        _words.Add(text[..length].ToString());
        return length;
    }

    private void EndStatement()
    {
        if (_words.Count > 0)
        {
            _open.Peek().Children.Add(new ConfigurationStatement([.. _words]));
            _words.Clear();
        }
    }

    private bool TryOpen()
    {
        EndStatement(); // The brace can be on the line after its words.
        if (_open.Count > MaxDepth || _open.Peek().Children is not [.., var last])
        {
            return false;
        }

        _open.Push(last);
        return true;
    }

    private bool TryClose()
    {
        EndStatement();
        return _open.Count > 1 && _open.TryPop(out _);
    }
}
