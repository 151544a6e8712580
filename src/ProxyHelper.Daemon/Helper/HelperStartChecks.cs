using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.Sources;

namespace ProxyHelper.Daemon.Helper;

/// <summary>Tries the steps of a start of the helper.</summary>
/// <param name="settings">The settings.</param>
internal sealed class HelperStartChecks(HelperSettings settings) : StartChecks<HelperSettings>(settings)
{
    /// <summary>
    /// Gets whether a program on this host uses the UDP port of the first address, probably a running daemon. The
    /// checks must have run. A port of an address that another host has can be in use here, too: a query to that
    /// address would carry the secret out of this host.
    /// </summary>
    public bool IsHelperHere { get; private set; }

    /// <inheritdoc/>
    protected override IEnumerable<Finding> TrySockets()
    {
        ListenOptions listen = Settings.Listen;
        foreach (IPAddress address in listen.InheritedSockets.Count > 0 ? [] : listen.Addresses)
        {
            var endPoint = new IPEndPoint(address, listen.Port);
            yield return TryBind("UDP socket", endPoint, IPProtocol.Udp, listen.AllowAbsentAddresses);
            if (listen.TcpPort != 0)
            {
                var tcp = new IPEndPoint(address, listen.TcpPort);
                yield return TryBind("TCP socket", tcp, IPProtocol.Tcp, listen.AllowAbsentAddresses);
            }
        }
    }

    /// <inheritdoc/>
    protected override IEnumerable<Finding> JudgeOwn() => [.. TrySource(), .. JudgeAccess()];

    /// <inheritdoc/>
    protected override void Receive(Exception failure) =>
        IsHelperHere |= failure is BindException { Errno: Errno.EADDRINUSE, Protocol: IPProtocol.Udp } bind
            && bind.EndPoint.Address.Equals(Settings.Listen.Addresses[0])
            && Inspection.IsLocal(bind.EndPoint.Address);

    private IEnumerable<Finding> TrySource()
    {
        if (Settings.UsesKernel)
        {
            return [];
        }

        string[] warnings = [];
        Finding source = Settings.Table is { } table
            ? Try("Table", $"{table} is a NAT table.", Open, "Change --table, or write the file.")
            : Try(
                "Resolver command",
                $"{Settings.ResolverCommand[0]} is a program. The check did not start the program.",
                Open,
                "Change --resolver-command.");
        return warnings.Length == 0 ? [source]
            : warnings.Select(warning => Finding.Warning("Table", warning, "Check the job that writes the file."));

        void Open()
        {
            using MappingResolver? resolver = Settings.OpenResolver();
            warnings = [.. TableWarnings.Of(resolver)];
        }
    }

    private IEnumerable<Finding> JudgeAccess() => Settings.Rules.TrustsEveryHost
        ?
        [
            Finding.Warning(
                "Trusted clients",
                "'trust' contains every address: every host may ask about all connections.",
                "Give only the addresses of hosts that need it with --trust."),
        ]
        : Settings.Rules.AllowedProxies.Count > 0 ? []
        :
        [
            Finding.Warning(
                "Allowed proxies",
                "'allow' is missing: every host may ask about connections to its own address.",
                "Give the address of the proxy with --allow, or let only the proxy reach the port by firewall rules."),
        ];
}
