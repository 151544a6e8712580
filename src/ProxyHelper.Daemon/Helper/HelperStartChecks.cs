using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.Sources;

namespace ProxyHelper.Daemon.Helper;

/// <summary>Tries the steps of a start. Nothing that another program or host can notice remains.</summary>
internal sealed class HelperStartChecks(HelperSettings settings)
{
    /// <summary>Gets the secret, or null if the secret file cannot be used. The checks must have run.</summary>
    public uint? Secret { get; private set; } = settings.SecretFile is null ? settings.Rules.Secret : null;

    /// <summary>
    /// Gets whether a program on this host uses the UDP port of the first address, probably a running daemon. The
    /// checks must have run. A port of an address that another host has can be in use here, too: a query to that
    /// address would carry the secret out of this host.
    /// </summary>
    public bool IsHelperHere { get; private set; }

    /// <summary>Runs the checks.</summary>
    public IReadOnlyList<Finding> Run() =>
    [
        .. TrySecretFile(), .. TrySockets(), .. TryMetrics(), .. TryUser(), .. TryPidFile(), .. TrySource(),
        .. JudgeAccess(),
    ];

    private IEnumerable<Finding> TrySecretFile() => settings.SecretFile is { } path
        ? [Try("Secret file", $"{path} holds a secret.", () => Secret = settings.ReadSecret(path))]
        : [];

    private IEnumerable<Finding> TrySockets()
    {
        ListenOptions listen = settings.Listen;
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

    private IEnumerable<Finding> TryMetrics() => settings.Metrics is { } metrics
        ? [TryBind("Metrics socket", metrics, IPProtocol.Tcp, allowsAbsentAddress: false)]
        : [];

    private IEnumerable<Finding> TryUser() => settings.User is { } user
        ? [Try("User", $"{user} exists.", () => Privileges.RequireUser(user), "Create the user, or change --user.")]
        : [];

    private IEnumerable<Finding> TryPidFile() => settings.PidFile is { } path
        ? [Try("PID file", $"{path} can be written.", () => PidFile.Check(path), "Change --pid-file.")]
        : [];

    private IEnumerable<Finding> TrySource()
    {
        if (settings.UsesKernel)
        {
            return [];
        }

        string[] warnings = [];
        Finding source = settings.Table is { } table
            ? Try("Table", $"{table} is a NAT table.", Open, "Change --table, or write the file.")
            : Try(
                "Resolver command",
                $"{settings.ResolverCommand[0]} is a program. It was not started.",
                Open,
                "Change --resolver-command.");
        return warnings.Length == 0 ? [source]
            : warnings.Select(warning => Finding.Warning("Table", warning, "Check the job that writes the file."));

        void Open()
        {
            using MappingResolver? resolver = settings.OpenResolver();
            warnings = [.. TableWarnings.Of(resolver)];
        }
    }

    private IEnumerable<Finding> JudgeAccess() => settings.Rules.TrustsEveryHost
        ?
        [
            Finding.Warning(
                "Trusted clients",
                "'trust' contains every address: every host may ask about all connections.",
                "Give only the addresses of hosts that need it with --trust."),
        ]
        : settings.Rules.AllowedProxies.Count > 0 ? []
        :
        [
            Finding.Warning(
                "Allowed proxies",
                "'allow' is missing: every host may ask about connections to its own address.",
                "Give the address of the proxy with --allow, or let only the proxy reach the port by firewall rules."),
        ];

    private Finding TryBind(string check, IPEndPoint endPoint, IPProtocol protocol, bool allowsAbsentAddress) => Try(
        check,
        protocol == IPProtocol.Tcp ? $"{endPoint} (TCP) can be bound." : $"{endPoint} can be bound.",
        () => BoundSocket.TestBind(endPoint, protocol, allowsAbsentAddress));

    private Finding Try(string check, string passed, Action action, string advice = "Correct the cause.")
    {
        try
        {
            action();
            return Finding.Passed(check, passed);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            IsHelperHere |= failure is BindException { Errno: Errno.EADDRINUSE, Protocol: IPProtocol.Udp } bind
                && bind.EndPoint.Address.Equals(settings.Listen.Addresses[0])
                && Inspection.IsLocal(bind.EndPoint.Address);
            string known = Advice.For(failure).TrimStart();
            return Finding.Failed(check, $"{failure.Message.TrimEnd('.')}.", known.Length > 0 ? known : advice);
        }
    }
}
