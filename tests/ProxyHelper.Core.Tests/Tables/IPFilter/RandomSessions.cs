using ProxyHelper.Addresses;

namespace ProxyHelper.Tests.Tables.IPFilter;

/// <summary>Makes random sessions. The same seed always makes the same sessions.</summary>
internal sealed class RandomSessions(int seed)
{
    private static readonly string[] _version4Types = ["MAP", "MAP", "MAP-BLOCK", "RDR", "BIMAP"];
    private static readonly string[] _version5Types = [.. _version4Types, "RWR-MAP", "RWR-RDR"];

    private static readonly (string Name, IPProtocol Number)[] _protocols =
    [
        ("tcp", IPProtocol.Tcp), ("tcp", IPProtocol.Tcp), ("tcp", IPProtocol.Tcp), ("udp", IPProtocol.Udp),
        ("udp", IPProtocol.Udp), ("icmp", IPProtocol.Icmp), ("gre", IPProtocol.Gre), ("esp", (IPProtocol)50),
        ("ospf", (IPProtocol)89), ("177", (IPProtocol)177),
    ];

    private readonly Random _random = new(seed);

    /// <summary>Makes a session that a form can show.</summary>
    public PrintedSession Next(IPFilterForm form)
    {
        string type = Pick(form.IsVersion5 ? _version5Types : _version4Types);
        (string name, IPProtocol protocol) = Pick(_protocols);
        int size = form.IsVersion5 && protocol != IPProtocol.Icmp && _random.Next(5) == 0 ? 16 : 4;
        bool hasPorts = protocol is IPProtocol.Tcp or IPProtocol.Udp;
        TransportEndPoint source = End(size, hasPorts);
        TransportEndPoint destination = End(size, hasPorts);
        bool isIncoming = type == "RDR";
        bool isRewrite = type.StartsWith("RWR-", StringComparison.Ordinal);
        return new PrintedSession
        {
            Type = type,
            Marks = form.IsVersion5 && _random.Next(12) == 0 ? " ORPHAN" : string.Empty,
            ProtocolName = name,
            Protocol = protocol,
            OriginalSource = source,
            OriginalDestination = destination,
            TranslatedSource = isIncoming ? source : End(size, hasPorts),
            TranslatedDestination = isIncoming || isRewrite ? End(size, hasPorts) : destination,
            Ticks = (ulong)_random.Next(),
            Packets = [(ulong)_random.NextInt64(), (ulong)_random.Next(100)],
            Bytes = [(ulong)_random.Next(), (ulong)_random.NextInt64()],
            HasProxy = protocol == IPProtocol.Tcp && _random.Next(10) == 0,
        };
    }

    // The parts of most addresses and ports are long, so that they fill their columns.
    private TransportEndPoint End(int size, bool hasPorts)
    {
        byte[] address = new byte[size];
        _random.NextBytes(address);
        address[0] = (byte)_random.Next(1, 224);
        address[1] = (byte)(_random.Next(2) == 0 ? 0 : 200);
        return TransportEndPoint.FromBytes(address, hasPorts ? (ushort)_random.Next(1, 65536) : (ushort)0);
    }

    private T Pick<T>(T[] values) => values[_random.Next(values.Length)];
}
