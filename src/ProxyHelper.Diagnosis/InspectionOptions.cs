using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis;

/// <summary>
/// Represents the set-up that an inspection expects. The inspection finds out values that are not given.
/// </summary>
public sealed record InspectionOptions
{
    /// <summary>Gets the role of this host, or null to find out.</summary>
    public SetupRole? Role { get; init; }

    /// <summary>
    /// Gets the IPv4 addresses that the helper answers on. 0.0.0.0 means all addresses of the router. An empty list
    /// means that the addresses are not known. The inspection sends its query to the first address.
    /// </summary>
    public IReadOnlyList<IPAddress> HelperAddresses { get; init; } = [];

    /// <summary>
    /// Gets whether the helper starts although the host does not have all addresses, or null if this is not known.
    /// </summary>
    public bool? AllowAbsentAddresses { get; init; }

    /// <summary>
    /// Gets how long the helper waits for late conntrack entries after a failover, or null if this is not known.
    /// </summary>
    public TimeSpan? FailoverGrace { get; init; }

    /// <summary>
    /// Gets the source ports that the other router of a pair assigns. By default, the installed pair.conf of docs/ha
    /// names these ports.
    /// </summary>
    public PortRange? PeerPorts { get; init; }

    /// <summary>
    /// Gets the UDP port of the helper. The default is the remote_port of smtp-gated's configuration, or 114 if this
    /// host has no such configuration.
    /// </summary>
    public int? Port { get; init; }

    /// <summary>Gets the address and port that DNAT translates the users' mail to, or null to find out.</summary>
    public TransportEndPoint? Proxy { get; init; }

    /// <summary>
    /// Gets the TCP port that users connect to. If the value is null, the inspection uses 25. If no DNAT rule
    /// translates port 25, the inspection uses the first translated port of web and mail, such as 80.
    /// </summary>
    public int? SmtpPort { get; init; }

    /// <summary>
    /// Gets the shared secret. The default is the remote_udp_secret of smtp-gated's configuration, or no secret if this
    /// host has no such configuration.
    /// </summary>
    public uint? Secret { get; init; }

    /// <summary>
    /// Gets the addresses that the helper answers besides this host and <see cref="TrustedClients"/>. An empty list
    /// means that the helper answers any address, or that the list is not known.
    /// </summary>
    public IReadOnlyList<EndPointPattern> AllowedProxies { get; init; } = [];

    /// <summary>Gets the addresses that may ask the helper about every connection.</summary>
    public IReadOnlyList<EndPointPattern> TrustedClients { get; init; } = [];

    /// <summary>Gets the path of smtp-gated's configuration. The default is /etc/smtp-gated.conf.</summary>
    public string SmtpGatedConfiguration { get; init; } = "/etc/smtp-gated.conf";

    /// <summary>
    /// Gets whether it is a failure if smtp-gated's configuration cannot be read, because somebody gave its path. The
    /// default is false.
    /// </summary>
    public bool RequiresSmtpGatedConfiguration { get; init; }

    /// <summary>Gets whether the inspection sends a query to the helper. The default is true.</summary>
    public bool SendQuery { get; init; } = true;

    /// <summary>Gets the time to wait for each reply. The default is 1 second.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets a function that returns how many wrong secrets the helper has counted, or null if the helper is in another
    /// process.
    /// </summary>
    public Func<long>? WrongSecrets { get; init; }

    /// <summary>Returns the addresses, the port and the proxy as text, without the secret.</summary>
    public override string ToString() => $"{string.Join(", ", HelperAddresses)}:{Port}, proxy {Proxy}";
}

/// <summary>Specifies the role of a host in the set-up.</summary>
public enum SetupRole
{
    /// <summary>The host does the NAT, and the helper runs on the host.</summary>
    Router,

    /// <summary>smtp-gated runs on the host.</summary>
    Proxy,

    /// <summary>A relay runs on the host. <see cref="Relay.RelayInspection"/> checks it.</summary>
    Relay,
}
