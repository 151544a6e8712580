namespace ProxyHelper.Conntrack.Saved;

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
            SavedLineFault.Timeout => $"not a timeout in seconds: {quote}",
            SavedLineFault.State => $"not a state of this protocol: {quote}",
            SavedLineFault.Word => $"neither name=value nor [NAME]: {quote}",
            SavedLineFault.Bracket => $"no closing bracket: {quote}",
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
            SavedLineFault.Counter => $"not a number of packets or bytes: {quote}",
            SavedLineFault.Mark => $"not a mark: {quote}",
            SavedLineFault.Zone => $"not a zone: {quote}",
            SavedLineFault.Id => $"not an entry's id: {quote}",
            SavedLineFault.Start => $"not a time such as 'Wed Nov 25 16:20:01 2026': {quote}",
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
