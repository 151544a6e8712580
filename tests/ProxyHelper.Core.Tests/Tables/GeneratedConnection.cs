using System.Globalization;
using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tests.Tables;

/// <summary>
/// A random connection, as a router has it. Few addresses and ports are used, so that connections often have ends in
/// common.
/// </summary>
internal sealed record GeneratedConnection(IPProtocol Protocol)
{
    private static readonly ushort[] _ports = [1, 25, 80, 443, 9199, 20119, 65535];

    public TransportEndPoint OriginalSource { get; init; }

    public TransportEndPoint OriginalDestination { get; init; }

    public TransportEndPoint TranslatedSource { get; init; }

    public TransportEndPoint TranslatedDestination { get; init; }

    public string? State { get; init; }

    public TimeSpan Timeout { get; init; }

    public ulong OriginalPackets { get; init; }

    public ulong OriginalBytes { get; init; }

    public ulong ReplyPackets { get; init; }

    public ulong ReplyBytes { get; init; }

    public MappingQuery Query => new(Protocol, TranslatedSource, TranslatedDestination);

    /// <summary>Gets whether both ends have ports.</summary>
    public bool HasPorts => Protocol is IPProtocol.Tcp or IPProtocol.Udp;

    /// <summary>Gets whether the addresses are IPv6.</summary>
    public bool IsIPv6 => OriginalSource.Address.Contains(':', StringComparison.Ordinal);

    public static GeneratedConnection Make(Random random, bool isIPv6)
    {
        IPProtocol protocol = random.Next(10) switch
        {
            < 6 => IPProtocol.Tcp,
            < 8 => IPProtocol.Udp,
            8 => isIPv6 ? IPProtocol.IcmpV6 : IPProtocol.Icmp,
            _ => IPProtocol.Gre,
        };
        bool hasPorts = protocol is IPProtocol.Tcp or IPProtocol.Udp;
        TransportEndPoint End(string network) => new(
            Address(random, network, isIPv6), hasPorts ? _ports[random.Next(_ports.Length)] : (ushort)0);
        TransportEndPoint source = End("10.1.1."), destination = End("192.0.2.");
        return new GeneratedConnection(protocol)
        {
            OriginalSource = source,
            OriginalDestination = destination,
            TranslatedSource = random.Next(4) == 0 ? source : End("203.0.113."),
            TranslatedDestination = random.Next(2) == 0 ? destination : End("198.51.100."),
            State = protocol == IPProtocol.Tcp ? (random.Next(3) == 0 ? "time-wait" : "established") : null,
            Timeout = TimeSpan.FromSeconds(random.Next(4) == 0 ? random.Next(2_000_000) : random.Next(600)),
            OriginalPackets = Counter(random),
            OriginalBytes = Counter(random),
            ReplyPackets = Counter(random),
            ReplyBytes = Counter(random),
        };
    }

    /// <summary>Returns how often a query of random ends has an answer: what a router would find.</summary>
    public static TransportEndPoint? FindSource(IEnumerable<GeneratedConnection> table, MappingQuery query)
    {
        TransportEndPoint[] found =
            [.. table.Where(row => row.Query == query).Select(row => row.OriginalSource).Distinct()];
        TransportEndPoint[] destinations =
            [.. table.Where(row => row.Query == query).Select(row => row.OriginalDestination).Distinct()];
        return found.Length == 1 && destinations.Length == 1 ? found[0] : null;
    }

    private static ulong Counter(Random random) => random.Next(4) switch
    {
        0 => 0,
        1 => (ulong)random.Next(1000),
        2 => (ulong)random.Next(1_000_000),
        _ => (ulong)random.NextInt64(long.MaxValue),
    };

    private static IPAddress Address(Random random, string network, bool isIPv6)
    {
        int host = 1 + random.Next(4);
        string text = isIPv6
            ? string.Create(CultureInfo.InvariantCulture, $"2001:db8:{network.Length}::{host}")
            : string.Create(CultureInfo.InvariantCulture, $"{network}{host}");
        return TransportEndPoint.Parse(isIPv6 ? $"[{text}]:0" : $"{text}:0").ToIPEndPoint().Address;
    }
}
