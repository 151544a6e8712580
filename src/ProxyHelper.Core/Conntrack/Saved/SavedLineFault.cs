namespace ProxyHelper.Conntrack.Saved;

/// <summary>Specifies why a line of a saved table is not an entry.</summary>
public enum SavedLineFault : byte
{
    /// <summary>The line has no fault. It is an entry, a blank line, or the summary of the conntrack tool.</summary>
    None,

    /// <summary>The line begins with "ipv4" or "ipv6", but the number 2 or 10 does not follow.</summary>
    Family,

    /// <summary>The line has no name and number of a protocol after the address family.</summary>
    NoProtocol,

    /// <summary>The number of the protocol is not 0 to 255.</summary>
    Protocol,

    /// <summary>A direction has no source address, or another value of the direction is before it.</summary>
    NoSource,

    /// <summary>A direction has no destination address.</summary>
    NoDestination,

    /// <summary>A direction lacks a port, a key, or the type, code or identifier of ICMP.</summary>
    NoPorts,

    /// <summary>A direction has a value twice, or the line has more than two directions.</summary>
    Repeated,

    /// <summary>An address is neither four decimal numbers nor an IPv6 address without an interface.</summary>
    Address,

    /// <summary>The line has IPv4 and IPv6 addresses, or its first word names the other family.</summary>
    MixedFamilies,

    /// <summary>A port is not a number from 0 to 65535.</summary>
    Port,

    /// <summary>A GRE key is not a hexadecimal number from 0x0 to 0xffff.</summary>
    Key,

    /// <summary>
    /// An ICMP type or code is not a number from 0 to 255, or an ICMP identifier is not a number from 0 to 65535.
    /// </summary>
    Icmp,

    /// <summary>A zone is not a number from 0 to 65535.</summary>
    Zone,

    /// <summary>The line lacks the value at its end, so the value before it may be cut.</summary>
    Cut,
}

/// <summary>Describes the faults of saved lines.</summary>
internal static class SavedLineFaultText
{
    private const int MaximumQuoteLength = 60;

    /// <summary>Describes a fault in a few words.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="word">The faulty word. It is empty if a value is missing.</param>
    /// <param name="isReply">Whether the fault is in the reply direction.</param>
    public static string Describe(SavedLineFault fault, ReadOnlySpan<char> word, bool isReply)
    {
        string direction = isReply ? "reply" : "original";
        string quote = Quote(word);
        return fault switch
        {
            SavedLineFault.Family => $"neither 'ipv4 2' nor 'ipv6 10' at the start: {quote}",
            SavedLineFault.NoProtocol => "no name and number of a protocol at the start, such as 'tcp 6'",
            SavedLineFault.Protocol => $"not the number of a protocol: {quote}",
            SavedLineFault.NoSource => $"no source address in the {direction} direction",
            SavedLineFault.NoDestination => $"no destination address in the {direction} direction",
            SavedLineFault.NoPorts =>
                $"ports, keys, or type, code and id are not complete in the {direction} direction",
            SavedLineFault.Repeated => $"more than once in the {direction} direction: {quote}",
            SavedLineFault.Address => $"not an address: {quote}",
            SavedLineFault.MixedFamilies => "addresses of IPv4 and of IPv6",
            SavedLineFault.Port => $"not a port: {quote}",
            SavedLineFault.Key => $"not a key such as 0x1f: {quote}",
            SavedLineFault.Icmp => $"not a type, code or id of ICMP: {quote}",
            SavedLineFault.Zone => $"not a zone: {quote}",
            SavedLineFault.Cut => "the line is cut",
            _ => string.Empty,
        };
    }

    // The text goes to a terminal: a word from a file must neither fill it nor control it.
    private static string Quote(ReadOnlySpan<char> word)
    {
        Span<char> shown = stackalloc char[Math.Min(word.Length, MaximumQuoteLength)];
        for (int i = 0; i < shown.Length; i++)
        {
            shown[i] = word[i] is >= ' ' and < '\x7f' ? word[i] : '?';
        }

        return word.Length > MaximumQuoteLength ? $"{shown}..." : shown.ToString();
    }
}
