using System.Collections.Frozen;
using System.Text;

namespace ProxyHelper.Tables.Cisco;

/// <summary>
/// Reads the lines that the keyword verbose adds below a row, and holds their values. Classic IOS writes "create
/// 00:00:34, use 00:00:33 timeout:86400000, left 00:00:26", and a list of words in the next lines. IOS XE writes
/// "create: 02/12/25 16:06:36, use: 02/12/25 16:15:19, timeout: 23:53:27", and further values in the next lines.
/// </summary>
internal sealed class CiscoDetails
{
    private const string FlagsName = "flags";

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _names = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "create", "use", "timeout", "left", FlagsName, "VRF", "entry-id", "use_count", "lc_entries", "Map-Id(In)",
        "Map-Id(Out)", "RuleID", "ALG", "WLAN-Flags", "Mac-Address", "Input-IDB", "Output-IDB", "In_pkts", "In_bytes",
        "Out_pkts", "Out_bytes").GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly StringBuilder _words = new();

    /// <summary>Gets whether any line was read.</summary>
    public bool HasAny { get; private set; }

    /// <summary>Gets whether the lines have the identifier, which comes after the VRF.</summary>
    public bool AreComplete => Id is not null;

    /// <summary>Gets the time until the row expires. Classic IOS shows the whole time limit as well, in ms.</summary>
    public TimeSpan? TimeLeft { get; private set; }

    /// <summary>Gets the time since the row was created. IOS XE shows the date instead.</summary>
    public TimeSpan? Age { get; private set; }

    /// <summary>Gets the VRF, or null for the global one.</summary>
    public string? Domain { get; private set; }

    /// <summary>Gets the identifier, or null before it was read.</summary>
    public string? Id { get; private set; }

    /// <summary>Removes all values.</summary>
    public void Clear()
    {
        _values.Clear();
        HasAny = false;
        TimeLeft = Age = null;
        Domain = Id = null;
    }

    /// <summary>Returns the values that have no property, by the router's names.</summary>
    /// <param name="isStatic">Whether the row is a translation without a connection.</param>
    public IReadOnlyDictionary<string, string> Others(bool isStatic)
    {
        var others = new Dictionary<string, string>(_values, StringComparer.OrdinalIgnoreCase);
        if (isStatic)
        {
            others["static"] = "true";
        }

        return others;
    }

    /// <summary>Returns whether a line has values of a row.</summary>
    public static bool AreIn(ReadOnlySpan<char> line) =>
        IsList(line) || _names.Contains(NameOf(TakeWord(line, out _)));

    /// <summary>Reads a line with values.</summary>
    /// <returns>The reason why the line does not belong to the row, or null.</returns>
    public string? Read(ReadOnlySpan<char> line)
    {
        HasAny = true;
        _words.Clear();
        ReadOnlySpan<char> first = NameOf(TakeWord(line, out _));
        string? reason = ReadWords(line.Trim());
        if (_words.Length > 0 && (IsList(line) || first.Equals(FlagsName, StringComparison.OrdinalIgnoreCase)))
        {
            _values[FlagsName] = _words.ToString();
        }

        return reason;
    }

    // The words of this line have no name: "extended, timing-out, use_count: 0, VRF : green, entry-id: 10".
    private static bool IsList(ReadOnlySpan<char> line) =>
        line.Contains("use_count", StringComparison.OrdinalIgnoreCase);

    private string? ReadWords(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            ReadOnlySpan<char> word = TakeWord(text, out text);
            ReadOnlySpan<char> name = NameOf(word);
            if (name is "ALG")
            {
                return null; // a name of several words
            }

            if (!_names.TryGetValue(name, out string? known))
            {
                _words.Append(_words.Length == 0 ? string.Empty : ", ").Append(word);
            }
            else if (known != FlagsName && !TrySet(known, TakeValue(word[name.Length..], ref text)))
            {
                return $"the second '{known}' of a translation";
            }
        }

        return null;
    }

    private bool TrySet(string name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case "create":
                Age ??= CiscoDuration.Read(value);
                return _values.TryAdd(name, value.ToString());
            case "timeout":
                TimeLeft ??= value.Contains(':') ? CiscoDuration.Read(value) : null; // otherwise the limit, in ms
                return true;
            case "left":
                TimeLeft = CiscoDuration.Read(value);
                return true;
            case "VRF":
                Domain = value.IsEmpty ? null : value.ToString();
                return true;
            case "entry-id":
                bool isFirst = Id is null;
                Id ??= value.IsEmpty ? null : value.ToString();
                return isFirst;
            default:
                _values[name] = value.ToString();
                return true;
        }
    }

    // The value follows a colon or a blank, and a blank can be before the colon: "timeout:0", "left 00:00:26",
    // "VRF : green", "RuleID : 2". A date is two words. A value can be missing.
    private static ReadOnlySpan<char> TakeValue(ReadOnlySpan<char> afterName, ref ReadOnlySpan<char> text)
    {
        if (afterName.Length > 1)
        {
            return afterName[1..];
        }

        text = text.TrimStart();
        text = afterName.IsEmpty && text.StartsWith(':') ? text[1..].TrimStart() : text;
        if (text.StartsWith(',') || _names.Contains(NameOf(TakeWord(text, out _))))
        {
            return default;
        }

        ReadOnlySpan<char> start = text;
        ReadOnlySpan<char> value = TakeWord(text, out text);
        if (!value.Contains('/') || text.StartsWith(','))
        {
            return value;
        }

        ReadOnlySpan<char> time = TakeWord(text, out text);
        return time.IsEmpty ? value : start[..(start.Length - text.Length)].TrimEnd(" \t,");
    }

    private static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> word)
    {
        int colon = word.IndexOf(':');
        return colon < 0 ? word : word[..colon];
    }

    private static ReadOnlySpan<char> TakeWord(ReadOnlySpan<char> text, out ReadOnlySpan<char> rest)
    {
        text = text.TrimStart(" \t,");
        int end = text.IndexOfAny(" \t,");
        end = end < 0 ? text.Length : end;
        rest = text[end..];
        return text[..end];
    }
}
