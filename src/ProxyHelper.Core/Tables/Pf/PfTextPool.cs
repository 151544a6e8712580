namespace ProxyHelper.Tables.Pf;

/// <summary>
/// Returns equal short texts as one string. A table repeats names of interfaces, states and rules many times.
/// </summary>
internal sealed class PfTextPool
{
    private const int MaxTexts = 1024;
    private const int MaxLength = 40;

    private readonly HashSet<string> _texts = [];
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public PfTextPool()
    {
        _lookup = _texts.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Returns the text.</summary>
    public string Get(ReadOnlySpan<char> text)
    {
        if (_lookup.TryGetValue(text, out string? known))
        {
            return known;
        }

        string added = text.ToString();
        if (_texts.Count < MaxTexts && text.Length <= MaxLength)
        {
            _texts.Add(added);
        }

        return added;
    }
}
