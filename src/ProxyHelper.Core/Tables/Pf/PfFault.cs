using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables.Pf;

/// <summary>Specifies why a line is not a line of pf's state table.</summary>
internal enum PfFault : byte
{
    None,

    /// <summary>The line starts with anything but the name of an interface.</summary>
    Interface,

    /// <summary>The second word is neither the name nor the number of a protocol.</summary>
    Protocol,

    /// <summary>A host is not an address with a port. It can be a name.</summary>
    Host,

    /// <summary>A bracket is in a wrong place, or is not closed.</summary>
    Bracket,

    /// <summary>The text in braces is not the address of a router.</summary>
    Gateway,

    /// <summary>There is no arrow between two hosts.</summary>
    Arrow,

    /// <summary>The arrows of a line point to different directions.</summary>
    MixedArrows,

    /// <summary>Hosts of one packet have addresses of IPv4 and of IPv6.</summary>
    MixedFamilies,

    /// <summary>Hosts of one packet are in different routing domains.</summary>
    MixedDomains,

    /// <summary>A line has brackets and three hosts, or a text has lines of both forms.</summary>
    MixedForms,

    /// <summary>The words after the hosts are not states.</summary>
    State,

    /// <summary>There are no words after the hosts.</summary>
    NoState,

    /// <summary>A line after the first line of a state has another form than pfctl prints.</summary>
    Detail,

    /// <summary>A line after the first line of a state belongs to another state.</summary>
    DetailOrder,
}

/// <summary>Describes the faults of pf's state table.</summary>
internal static class PfFaultText
{
    /// <summary>Describes a fault in a few words.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="word">The faulty word, or nothing.</param>
    public static string Describe(PfFault fault, ReadOnlySpan<char> word)
    {
        string quote = FaultWord.Show(word);
        return fault switch
        {
            PfFault.Interface => $"not an interface: {quote}",
            PfFault.Protocol => $"not a protocol: {quote}",
            PfFault.Host => $"not an address with a port: {quote}",
            PfFault.Bracket => $"a bracket in a wrong place, or not closed: {quote}",
            PfFault.Gateway => $"not the address of a router: {quote}",
            PfFault.Arrow when word.IsEmpty => "the line ends before an arrow",
            PfFault.Arrow => $"not an arrow: {quote}",
            PfFault.MixedArrows => "the arrows point to different directions",
            PfFault.MixedFamilies => "addresses of IPv4 and of IPv6",
            PfFault.MixedDomains => "hosts in different routing domains",
            PfFault.MixedForms => "brackets and lines with three hosts are of different versions of pf",
            PfFault.State => $"not a state: {quote}",
            PfFault.NoState => "the line ends before the state",
            PfFault.Detail => $"not a line of pfctl -ss -vv: {quote}",
            PfFault.DetailOrder => "lines of the state before are missing",
            _ => string.Empty,
        };
    }
}
