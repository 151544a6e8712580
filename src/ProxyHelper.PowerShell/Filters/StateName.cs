using System.Management.Automation;
using ProxyHelper.Conntrack;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Represents a state to select, by any name of it. Routers write one state in several ways: TimeWait, TIME_WAIT and
/// time-wait are equal. The kernel's SYN_RECV and pf's SYN_RCVD are SynReceived.
/// </summary>
public sealed class StateName
{
    private static readonly Dictionary<string, string> _sameAs = new()
    {
        ["SYNRECV"] = "SYNRECEIVED",
        ["SYNRCVD"] = "SYNRECEIVED",
        ["CLOSED"] = "CLOSE",
        ["SHUTDOWNRECD"] = "SHUTDOWNRECEIVED",
        ["HEARTBEATACKED"] = "HEARTBEATACKNOWLEDGED",
        ["CLOSEREQ"] = "CLOSEREQUESTED",
    };

    private readonly string _text;
    private readonly string _folded;

    // Without a public constructor, the engine cannot make a state of an object with properties.
    private StateName(string text)
    {
        _text = text;
        _folded = Fold(text);
    }

    /// <summary>Gets the state of the kernel that has this name, or null if the kernel has none.</summary>
    internal ConnectionState? Kernel
    {
        get
        {
            string letters = LettersOf(_text);
            ConnectionState[] all = Enum.GetValues<ConnectionState>();
            ConnectionState[] found = [.. all.Where(state => LettersOf($"{state}") == letters)];
            found = found is [] ? [.. all.Where(state => Fold($"{state}") == _folded)] : found;
            return found is [] ? null : found[0];
        }
    }

    /// <summary>Returns the text as a value of this type.</summary>
    public static StateName Parse(string text) => new(text);

    /// <summary>Returns the text.</summary>
    public override string ToString() => _text;

    /// <summary>
    /// Returns whether a router's own word is this state. The word can be two states with a colon between them, one of
    /// each end. One of them is enough. FIN_WAIT_1 and FIN_WAIT_2 are FinWait, too.
    /// </summary>
    internal bool Matches(string word) => IsSame(word) || word.Split(':').Any(IsSame);

    private static string Fold(string text)
    {
        string letters = LettersOf(text);
        return _sameAs.GetValueOrDefault(letters, letters);
    }

    private static string LettersOf(string text) =>
        string.Concat(text.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();

    private bool IsSame(string word)
    {
        string folded = Fold(word);
        return folded == _folded || (_folded == "FINWAIT" && folded is "FINWAIT1" or "FINWAIT2");
    }
}

/// <summary>Makes a parameter read its values as states: names of the module, or words of a router.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class StateNameAttribute : ArgumentAttribute
{
    /// <inheritdoc/>
    protected override object Read(object value, PSObject given) => value switch
    {
        StateName => value,
        ConnectionState state when Enum.IsDefined(state) => StateName.Parse($"{state}"),
        string text when text.Any(char.IsAsciiLetterOrDigit) => StateName.Parse(text.Trim()),
        _ => throw Fault($"'{value}' is not a state. Give a name, such as Established, TimeWait or SYN_SENT."),
    };
}
