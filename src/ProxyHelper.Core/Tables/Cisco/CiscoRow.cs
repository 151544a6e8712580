using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables.Cisco;

/// <summary>
/// Reads a row: the protocol, and the inside global, inside local, outside local and outside global end. The columns
/// are separated by blanks, and are not aligned if an end is long.
/// </summary>
internal ref struct CiscoRow
{
    private const int Fields = 5;

    /// <summary>
    /// Gets the protocol and the ends of a connection that the inside opened. Ends that the row does not have are null.
    /// </summary>
    public MappingEnds Ends { get; private set; }

    /// <summary>Gets the reason why the line is not a row.</summary>
    public string? Fault { get; private set; }

    /// <summary>Returns whether a line begins as a row.</summary>
    public static bool Begins(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> text = line.TrimStart();
        int end = text.IndexOfAny(" \t");
        return TryReadProtocol(end < 0 ? text : text[..end], out _);
    }

    /// <summary>Returns whether a line can be the rest of the last end of a row that a terminal wrapped.</summary>
    public static bool MayContinue(ReadOnlySpan<char> line) =>
        line is [>= '0' and <= '9' or '.' or ':', ..] && !line.ContainsAny(" \t");

    /// <summary>Reads a line.</summary>
    /// <returns>False if the line is not a row.</returns>
    public bool TryRead(ReadOnlySpan<char> line)
    {
        Span<Range> fields = stackalloc Range[Fields + 1];
        int count = line.SplitAny(fields, " \t", StringSplitOptions.RemoveEmptyEntries);
        if (count == 0 || !TryReadProtocol(line[fields[0]], out IPProtocol? protocol))
        {
            return Fail("not a translation");
        }

        if (count != Fields)
        {
            return Fail("a translation has a protocol and four ends");
        }

        bool isRead = TryReadEnd(line[fields[1]], out TransportEndPoint? insideGlobal)
            & TryReadEnd(line[fields[2]], out TransportEndPoint? insideLocal)
            & TryReadEnd(line[fields[3]], out TransportEndPoint? outsideLocal)
            & TryReadEnd(line[fields[4]], out TransportEndPoint? outsideGlobal);
        Ends = new MappingEnds(protocol, insideLocal, outsideLocal, insideGlobal, outsideGlobal);
        return isRead && IsPossible();
    }

    private static bool TryReadProtocol(ReadOnlySpan<char> word, out IPProtocol? protocol)
    {
        protocol = null;
        if (IsNone(word) || word is "any")
        {
            return true;
        }

        bool isProtocol = ProtocolText.TryRead(word, out IPProtocol known);
        protocol = isProtocol ? known : null;
        return isProtocol;
    }

    private static bool IsNone(ReadOnlySpan<char> word) =>
        word.StartsWith("---", StringComparison.Ordinal) && !word.ContainsAnyExcept('-');

    private bool TryReadEnd(ReadOnlySpan<char> word, out TransportEndPoint? end)
    {
        end = null;
        if (IsNone(word))
        {
            return true;
        }

        int colon = word.IndexOf(':');
        if (!IPv4Address.TryParse(colon < 0 ? word : word[..colon], out IPv4Address address))
        {
            return Fail("not an address", word);
        }

        ushort port = 0;
        if (colon >= 0 && !TableAddress.TryReadPort(word[(colon + 1)..], out port))
        {
            return Fail("not a port", word[(colon + 1)..]);
        }

        end = new TransportEndPoint(address, port);
        return true;
    }

    private bool IsPossible()
    {
        if (Ends with { Protocol = null } == default)
        {
            return Fail("a translation without an end");
        }

        bool needsPorts = Ends.AreComplete && Ends.Protocol is IPProtocol.Tcp or IPProtocol.Udp;
        if (needsPorts && (Ends.OriginalSource!.Value.Port == 0 || Ends.OriginalDestination!.Value.Port == 0
            || Ends.TranslatedSource!.Value.Port == 0 || Ends.TranslatedDestination!.Value.Port == 0))
        {
            return Fail("a connection without a port");
        }

        if (Ends.Protocol == IPProtocol.Icmp)
        {
            Ends = Ends with
            {
                OriginalDestination = Ends.OriginalDestination?.WithPort(0),
                TranslatedDestination = Ends.TranslatedDestination?.WithPort(0),
            };
        }

        return true;
    }

    private bool Fail(string reason, ReadOnlySpan<char> word = default)
    {
        Fault ??= word.IsEmpty ? reason : $"{reason}: {FaultWord.Show(word)}";
        return false;
    }
}
