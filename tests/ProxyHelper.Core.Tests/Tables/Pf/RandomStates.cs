using System.Globalization;
using System.Net.Sockets;
using ProxyHelper.Addresses;

namespace ProxyHelper.Tests.Tables.Pf;

/// <summary>Makes random states of pf. The same seed always makes the same states.</summary>
internal sealed class RandomStates
{
    private static readonly string[] _tcpWords =
    [
        "CLOSED", "LISTEN", "SYN_SENT", "SYN_RCVD", "ESTABLISHED", "CLOSE_WAIT", "FIN_WAIT_1", "CLOSING", "LAST_ACK",
        "FIN_WAIT_2", "TIME_WAIT",
    ];

    private static readonly string[] _otherWords = ["NO_TRAFFIC", "SINGLE", "MULTIPLE"];
    private static readonly string[] _interfaces = ["em0", "igb1", "vtnet0.100", "pppoe0", "utun3", "vlan10"];
    private static readonly string[] _flags =
    [
        ", anchor 4", ", rule 89", ", allow-opts", ", sloppy", ", no-sync", ", pflow", ", set-tos 0x1c",
        ", set-prio (0x01 0x02)", ", dummynet pipe (1 2)", ", source-track", ", sticky-address", ", log (all)",
        ", min-ttl 64", ", max-mss 1440",
    ];

    private static readonly string[] _routes =
    [
        "", " route-to: 203.0.113.49@igb1", " reply-to: 2001:db8::1@igb1", " dup-to: 203.0.113.49",
        " rtable: 0", " route-to: 203.0.113.49@igb1 rtable: 3",
    ];

    private readonly Random _random;

    public RandomStates(int seed)
    {
        _random = new Random(seed);
    }

    /// <summary>Makes a state that the new form can show.</summary>
    public PrintedState NextNew()
    {
        bool isOut = _random.Next(2) == 0;
        bool translatesFamily = !isOut && _random.Next(20) == 0;
        (string protocol, bool hasPorts) = NextProtocol();
        bool isIPv6 = protocol == "ipv6-icmp" || (protocol != "icmp" && _random.Next(4) == 0) || translatesFamily;
        protocol = translatesFamily ? "tcp" : protocol;
        hasPorts |= translatesFamily;
        TransportEndPoint source = End(isIPv6, hasPorts);
        TransportEndPoint destination = WithoutIcmp(End(isIPv6, hasPorts), protocol);
        TransportEndPoint translatedSource = Translate(source, translatesFamily, hasPorts);
        int rdomain = _random.Next(10) == 0 ? _random.Next(1, 256) : 0;
        return Finish(new PrintedState
        {
            Interface = NextInterface("all"),
            Protocol = protocol,
            IsOut = isOut,
            OriginalSource = source,
            OriginalDestination = destination,
            TranslatedSource = translatedSource,
            TranslatedDestination = WithoutIcmp(Translate(destination, translatesFamily, hasPorts), protocol),
            IcmpNumber = _random.Next(2) == 0 ? translatedSource.Port : (ushort)(isIPv6 ? 128 : 8),
            State = NextWords(protocol),
            OriginalRdomain = rdomain,
            TranslatedRdomain = rdomain != 0 && _random.Next(2) == 0 ? _random.Next(256) : rdomain,
            Gateway = _random.Next(10) == 0 ? End(translatesFamily || isIPv6, hasPorts: false).Address : null,
        });
    }

    /// <summary>Makes a state that the old form can show: at most one end is translated.</summary>
    public PrintedState NextOld()
    {
        bool isOut = _random.Next(2) == 0;
        (string protocol, bool hasPorts) = NextProtocol();
        bool isIPv6 = protocol == "ipv6-icmp" || (protocol != "icmp" && _random.Next(4) == 0);
        TransportEndPoint source = End(isIPv6, hasPorts);
        TransportEndPoint destination = WithoutIcmp(End(isIPv6, hasPorts), protocol);
        TransportEndPoint translated = WithoutIcmp(Translate(destination, toIPv4: false, hasPorts), protocol);
        return Finish(new PrintedState
        {
            Interface = NextInterface("ALL"),
            Protocol = protocol,
            IsOut = isOut,
            OriginalSource = source,
            OriginalDestination = destination,
            TranslatedSource = isOut ? Translate(source, toIPv4: false, hasPorts) : source,
            TranslatedDestination = isOut ? destination : translated,
            State = NextWords(protocol),
        });
    }

    private PrintedState Finish(PrintedState state) => state with
    {
        Sequences = $"{NextSequence()}  {NextSequence()}",
        Age = NextSeconds(),
        Expires = NextSeconds(),
        OriginalPackets = (ulong)_random.NextInt64(),
        ReplyPackets = (ulong)_random.Next(1000),
        OriginalBytes = (ulong)_random.Next(),
        ReplyBytes = (ulong)_random.NextInt64(),
        Flags = string.Concat(_flags.Where(_ => _random.Next(8) == 0)),
        Id = (ulong)_random.NextInt64(),
        CreatorId = (uint)_random.Next(),
        Route = _routes[_random.Next(_routes.Length)],
        OriginalInterface = _random.Next(2) == 0 ? Pick(_interfaces) : null,
    };

    private (string Name, bool HasPorts) NextProtocol() => _random.Next(12) switch
    {
        < 5 => ("tcp", true),
        < 8 => ("udp", true),
        8 => ("icmp", true),
        9 => ("ipv6-icmp", true),
        10 => ("esp", false),
        _ => (_random.Next(144, 253).ToString(CultureInfo.InvariantCulture), false),
    };

    private string NextWords(string protocol) => (protocol, _random.Next(20)) switch
    {
        ("tcp", 0) => "PROXY:SRC",
        ("tcp", 1) => "PROXY:DST",
        ("tcp", 2) => $"<BAD STATE LEVELS {_random.Next(11, 20)}:{_random.Next(20)}>",
        ("tcp", _) => $"{Pick(_tcpWords)}:{Pick(_tcpWords)}",
        ("icmp" or "ipv6-icmp", _) => $"{_random.Next(3)}:{_random.Next(3)}",
        _ => $"{Pick(_otherWords)}:{Pick(_otherWords)}",
    };

    private string NextSequence()
    {
        string change = _random.Next(4) == 0 ? $"(+{_random.Next()})" : string.Empty;
        string scale = _random.Next(2) == 0 ? $" wscale {_random.Next(15)}" : string.Empty;
        return $"[{_random.Next()} + {_random.Next()}]{change}{scale}";
    }

    private string NextInterface(string floating) => _random.Next(3) == 0 ? Pick(_interfaces) : floating;

    private int NextSeconds() => _random.Next(3) == 0 ? _random.Next(3_600_000) : _random.Next(120);

    private TransportEndPoint End(bool isIPv6, bool hasPorts)
    {
        byte[] address = new byte[isIPv6 ? 16 : 4];
        _random.NextBytes(address.AsSpan(_random.Next(address.Length)));
        return TransportEndPoint.FromBytes(address, hasPorts ? (ushort)_random.Next(1, 65536) : (ushort)0);
    }

    private TransportEndPoint Translate(TransportEndPoint end, bool toIPv4, bool hasPorts) =>
        toIPv4 ? End(isIPv6: false, hasPorts)
        : _random.Next(2) == 0 ? end
        : End(end.AddressFamily == AddressFamily.InterNetworkV6, hasPorts);

    private static TransportEndPoint WithoutIcmp(TransportEndPoint end, string protocol) =>
        protocol is "icmp" or "ipv6-icmp" ? end.WithPort(0) : end;

    private string Pick(string[] values) => values[_random.Next(values.Length)];
}
