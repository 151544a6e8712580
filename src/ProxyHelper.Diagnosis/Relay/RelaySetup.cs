using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Relay;

namespace ProxyHelper.Diagnosis.Relay;

/// <summary>Represents the set-up of a relay, as far as the checks use it.</summary>
public sealed record RelaySetup
{
    /// <summary>
    /// Gets the addresses and ports that the relay listens on. An empty list means that none is known.
    /// </summary>
    public IReadOnlyList<IPEndPoint> Listen { get; init; } = [];

    /// <summary>Gets the routers. The inspection asks the helper of each router that is a single address.</summary>
    public IReadOnlyList<EndPointPattern> Routers { get; init; } = [];

    /// <summary>Gets the program that the relay connects to, or null if it is not known.</summary>
    public RelayTarget? Target { get; init; }

    /// <summary>Gets the header that the target gets.</summary>
    public ProxyProtocol ProxyProtocol { get; init; }

    /// <summary>Gets the UDP port of the helpers. The default is 114.</summary>
    public ushort HelperPort { get; init; } = RelayOptions.DefaultHelperPort;

    /// <summary>
    /// Gets the secret of the helpers, or null if it cannot be read. The default is 0, no secret.
    /// </summary>
    public uint? Secret { get; init; } = 0;

    /// <summary>Gets the largest number of connections at the same time, or null if it is not known.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>Gets the time to wait for each reply, and for the target. The default is 1 second.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Returns the set-up of a relay with these settings.</summary>
    public static RelaySetup Of(RelayOptions options, RelayRules rules)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(rules);
        return new RelaySetup
        {
            Listen = options.Listen,
            Routers = rules.Routers,
            Target = options.Target,
            ProxyProtocol = options.ProxyProtocol,
            HelperPort = options.HelperPort,
            Secret = rules.Secret,
            MaxConnections = options.MaxConnections,
        };
    }

    /// <summary>
    /// Returns the address that the relay accepts connections on and asks from, as far as it is known. A relay on
    /// 0.0.0.0 accepts on any address, most often on the address of the route to its router. Returns null if no route
    /// leads to the router.
    /// </summary>
    internal IPAddress? FindOwnAddress(IPAddress? router = null)
    {
        IPAddress? towards = router ?? Routers.FirstOrDefault(one => one.IsOneAddress).Network?.IPAddress;
        IPAddress? local = towards is null ? null : LocalAddressTowards(new IPEndPoint(towards, HelperPort));
        bool isListening = local is not null
            && Listen.Any(endPoint => endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(local));
        return isListening || Listen.Count == 0 || (router is not null && local is null) ? local : Listen[0].Address;
    }

    /// <summary>Returns the routers and the target as text, without the secret.</summary>
    public override string ToString() => $"{string.Join(", ", Routers)} to {Target}";

    /// <summary>Returns the address of this host on the route to an end point, or null without a route.</summary>
    private static IPAddress? LocalAddressTowards(IPEndPoint endPoint)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(endPoint); // sends nothing
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
