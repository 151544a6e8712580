using ProxyHelper.Addresses;
using ProxyHelper.Conntrack.Saved;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.IPFilter;

/// <summary>Reads the lines that "ipnat -lv" prints below a session, and holds their values.</summary>
internal struct IPFilterDetails
{
    private const ulong TicksPerSecond = 2;
    private const ulong MaxTicks = int.MaxValue;

    private bool _hasCounters;
    private bool _isProxy;

    /// <summary>Gets whether the session has the line with its time to live.</summary>
    public bool HasLifetime { get; private set; }

    /// <summary>Gets the number of the protocol, or null before the line with the time to live.</summary>
    public IPProtocol? Protocol { get; private set; }

    /// <summary>Gets the time after which the session expires.</summary>
    public TimeSpan? TimeLeft { get; private set; }

    /// <summary>Gets the packets and bytes that entered (index 0) and left (index 1) through the interface.</summary>
    public IPFilterCounters Counters { get; private set; }

    /// <summary>Returns whether a line has the time to live of a session.</summary>
    public static bool IsLifetime(ReadOnlySpan<char> line) =>
        line.TrimStart().StartsWith("ttl ", StringComparison.Ordinal);

    /// <summary>Reads a line.</summary>
    /// <returns>The reason why the line is not right, or null.</returns>
    public string? Read(ReadOnlySpan<char> line)
    {
        var words = new LineWords(line);
        words.MoveNext();
        switch (words.Current)
        {
            case "ttl" or "age":
                return ReadLifetime(ref words);
            case "ifp" when !_hasCounters:
                _hasCounters = true;
                return ReadCounters(ref words);
            case "proxy":
                _isProxy = true;
                return null;
            case "nat_next" or "_hnext" or "_data" or "fr" or "tqe:pnext" or "tqe:die": // of "ipnat -d"
                return null;
            default:
                return _isProxy ? null : "not a value of a session";
        }
    }

    // ttl 240 use 1 sumd 0x2a1c/0x2a1c pr 17 bkt 512/1017 flags 2
    private string? ReadLifetime(ref LineWords words)
    {
        ReadOnlySpan<char> ticks = default;
        ReadOnlySpan<char> protocol = default;
        ReadOnlySpan<char> flags = default;
        while (!words.Current.IsEmpty)
        {
            ReadOnlySpan<char> name = words.Current;
            words.MoveNext();
            ticks = name is "ttl" ? words.Current : ticks;
            protocol = name is "pr" ? words.Current : protocol;
            flags = name is "flags" ? words.Current : flags;
            words.MoveNext();
        }

        if (flags.IsEmpty)
        {
            return "the line ends too early";
        }

        HasLifetime = true;

        bool isTime = NumberText.TryRead(ticks, out ulong count) && count <= MaxTicks;
        TimeLeft = isTime ? TimeSpan.FromSeconds(count / TicksPerSecond) : null;
        return ReadProtocol(protocol);
    }

    // Version 5 prints the protocol of each direction.
    private string? ReadProtocol(ReadOnlySpan<char> text)
    {
        int slash = text.IndexOf('/');
        ReadOnlySpan<char> first = slash < 0 ? text : text[..slash];
        ReadOnlySpan<char> second = slash < 0 ? text : text[(slash + 1)..];
        if (!NumberText.TryRead(first, out byte protocol) || !first.SequenceEqual(second))
        {
            return "not the number of a protocol";
        }

        Protocol = (IPProtocol)protocol;
        return null;
    }

    // ifp sppp0,sppp0 bytes 0/60 pkts 0/1 ipsumd 2a1c
    private string? ReadCounters(ref LineWords words)
    {
        ReadOnlySpan<char> bytes = default;
        ReadOnlySpan<char> packets = default;
        bool isWhole = false;
        while (!words.Current.IsEmpty)
        {
            ReadOnlySpan<char> name = words.Current;
            words.MoveNext();
            bytes = name is "bytes" ? words.Current : bytes;
            packets = name is "pkts" ? words.Current : packets;
            isWhole = !packets.IsEmpty && name is not "pkts";
            words.MoveNext();
        }

        Counters = IPFilterCounters.Read(packets, bytes);
        return isWhole ? null : "the line ends too early";
    }
}

/// <summary>The packets and bytes of both directions through the interface. Missing counters are null.</summary>
internal readonly record struct IPFilterCounters(
    ulong? InPackets, ulong? InBytes, ulong? OutPackets, ulong? OutBytes)
{
    /// <summary>Reads pairs such as 14/12.</summary>
    public static IPFilterCounters Read(ReadOnlySpan<char> packets, ReadOnlySpan<char> bytes) =>
        TryReadPair(packets, out ulong inPackets, out ulong outPackets)
        & TryReadPair(bytes, out ulong inBytes, out ulong outBytes)
            ? new IPFilterCounters(inPackets, inBytes, outPackets, outBytes)
            : default;

    /// <summary>Returns the counters by the directions of the connection.</summary>
    /// <param name="isIncoming">Whether the packets that opened the connection entered through the interface.</param>
    public MappingCounters ByDirection(bool isIncoming) => isIncoming
        ? new MappingCounters(InPackets, InBytes, OutPackets, OutBytes)
        : new MappingCounters(OutPackets, OutBytes, InPackets, InBytes);

    private static bool TryReadPair(ReadOnlySpan<char> text, out ulong first, out ulong second)
    {
        int slash = text.IndexOf('/');
        first = second = 0;
        return slash >= 0
            && NumberText.TryRead(text[..slash], out first) & NumberText.TryRead(text[(slash + 1)..], out second);
    }
}
