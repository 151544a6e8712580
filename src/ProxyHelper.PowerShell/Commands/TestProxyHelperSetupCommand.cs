using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Relay;
using ProxyHelper.Relay;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>
/// Checks the whole set-up, on the router or on the proxy. Each finding has a severity, a reason and an action. The
/// cmdlet changes nothing, and a check that fails does not stop the next one.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "ProxyHelperSetup")]
[OutputType(typeof(Finding))]
public sealed class TestProxyHelperSetupCommand : ProxyHelperCommand
{
    /// <summary>
    /// Gets or sets the IPv4 address that the helper answers on, which SNAT shows to the proxy. 0.0.0.0 means all
    /// addresses of the router. On the router, the default is the address of the helper of this session.
    /// </summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(LocalAddressCompleter))]
    [OneAddress(IsSingle = true)]
    public IPAddress? HelperAddress { get; set; }

    /// <summary>
    /// Gets or sets the UDP port of the helper, 1 to 65535. The default is the port of the helper of this session, else
    /// the remote_port of smtp-gated's configuration on this host, else 114.
    /// </summary>
    [Parameter]
    [WholeNumber(1, 65535, IsSingle = true)]
    public int? Port { get; set; }

    /// <summary>
    /// Gets or sets the address and port on which the proxy or the relay accepts connections, such as 194.0.22.9:9199.
    /// DNAT translates the users' connections to this end point. The default is the target of the DNAT rule.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [ProxyEndPoint(IsSingle = true)]
    public TransportEndPoint? Proxy { get; set; }

    /// <summary>
    /// Gets or sets the TCP port that users connect to, for which the DNAT rule is looked up. The default is 25, or
    /// else the first of the ports of web and mail that a DNAT rule translates.
    /// </summary>
    [Parameter]
    [WholeNumber(1, 65535, IsSingle = true)]
    public int? SmtpPort { get; set; }

    /// <summary>
    /// Gets or sets the shared secret, a number or a SecureString that holds a number. The default is the
    /// remote_udp_secret of smtp-gated's configuration on this host, else 0, which means no secret.
    /// </summary>
    [Parameter]
    [Secret]
    public SecureString? Secret { get; set; }

    /// <summary>
    /// Gets or sets the path of a file that holds the secret. Only its owner may be able to use the file (chmod 600).
    /// </summary>
    [Parameter]
    [RequireValue(AcceptsAnyCharacter = true, IsSingle = true)]
    public string? SecretFile { get; set; }

    /// <summary>
    /// Gets or sets the role of this host. By default, the cmdlet finds the role. A session with a relay and no helper
    /// is on the host of a relay. A host with a helper or the helper's address is the router. A host with smtp-gated's
    /// configuration or the proxy's address is the proxy. A host with a DNAT rule for the users is the router.
    /// </summary>
    [Parameter]
    [RequireValue(IsSingle = true)]
    public SetupRole? Role { get; set; }

    /// <summary>Gets or sets the path of smtp-gated's configuration. The default is /etc/smtp-gated.conf.</summary>
    [Parameter]
    [RequireValue(AcceptsAnyCharacter = true, IsSingle = true)]
    public string SmtpGatedConfiguration { get; set; } = "/etc/smtp-gated.conf";

    /// <summary>
    /// Gets or sets the source ports that the other router of a pair assigns, such as 32768-65535. The default is the
    /// range in the installed pair.conf of docs/ha.
    /// </summary>
    [Parameter]
    [PortRange(IsSingle = true)]
    public PortRange? PeerPortRange { get; set; }

    /// <summary>
    /// Gets or sets the program that the relay connects to, such as 127.0.0.1:3128 or unix:/run/haproxy/relay.sock. The
    /// default is the target of the relay of this session.
    /// </summary>
    [Parameter]
    [RelayTarget(AcceptsAnyCharacter = true, IsSingle = true)]
    public RelayTarget? Target { get; set; }

    /// <summary>Gets or sets the header that the relay sends: V2, V1 or None. The default is V2.</summary>
    [Parameter]
    [RequireValue(IsSingle = true)]
    public ProxyProtocol ProxyProtocol { get; set; }

    /// <summary>
    /// Gets or sets the seconds to wait for each answer of the helper. The cmdlet sends at most two queries. The
    /// default is 1.
    /// </summary>
    [Parameter]
    [SecondsNumber(0.01, 3600, IsSingle = true)]
    public double TimeoutSeconds { get; set; } = 1;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (HelperAddress is { AddressFamily: not AddressFamily.InterNetwork } address)
        {
            throw Terminating(MappingErrors.EndPointNotIPv4(new TransportEndPoint(address, (ushort)(Port ?? 0))));
        }

        if (Proxy is { } proxy && proxy.ToIPEndPoint().AddressFamily != AddressFamily.InterNetwork)
        {
            throw Terminating(MappingErrors.EndPointNotIPv4(proxy));
        }

        try
        {
            foreach (Finding finding in Run())
            {
                WriteObject(finding);
            }
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            // Ctrl+C: the findings up to now have been written.
        }
    }

    private IEnumerable<Finding> Run()
    {
        RelaySetup? known = OperatingSystem.IsLinux() ? FindRelay() : null;
        bool hasRelayOnly = known is not null && !RunningJobs.Of<ResponderJob>(JobRepository).Any();
        bool isRelay = Role == SetupRole.Relay || (Role is null && (Target is not null || hasRelayOnly));
        known ??= new RelaySetup { MaxConnections = RelayLimitCommand.DefaultConnections };
        return isRelay
            ? RelayInspection.Run(AddParameters(known), RelayCmdletWords.Instance, Cancellation)
            : Inspection.Run(Options(out CallerWords words), words, Cancellation);
    }

    /// <summary>Returns the set-up of the relay of this session, or null.</summary>
    [SupportedOSPlatform("linux")]
    private RelaySetup? FindRelay() => RunningJobs.Of<RelayJob>(JobRepository).FirstOrDefault() is { } job
        ? RelaySetup.Of(job.Options, job.Rules)
        : null;

    private bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private InspectionOptions Options(out CallerWords words)
    {
        words = CmdletWords.Instance;
        InspectionOptions options = ReadParameters();
        return OperatingSystem.IsLinux() && Role != SetupRole.Proxy ? AddResponder(options, ref words) : options;
    }

    private InspectionOptions ReadParameters() => new()
    {
        Role = Role,
        HelperAddresses = HelperAddress is null ? [] : [HelperAddress],
        Port = Port,
        Proxy = Proxy,
        SmtpPort = SmtpPort,
        Secret = Secret is not null || SecretFile is not null ? ReadSecret(Secret, SecretFile) : null,
        SmtpGatedConfiguration = ResolveConfiguration(),
        RequiresSmtpGatedConfiguration = IsGiven(nameof(SmtpGatedConfiguration)),
        PeerPorts = PeerPortRange,
        Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
    };

    /// <summary>Adds what is known about the helper of this session that the parameters select.</summary>
    [SupportedOSPlatform("linux")]
    private InspectionOptions AddResponder(InspectionOptions options, ref CallerWords words)
    {
        var running =
            from job in RunningJobs.Of<ResponderJob>(JobRepository)
            from endPoint in job.LocalEndPoints
            where HelperAddress is null || endPoint.Address.Equals(HelperAddress)
            where Port is null || endPoint.Port == Port
            select (Job: job, EndPoint: endPoint);
        var found = running.ToArray();
        if (found.Length == 0)
        {
            return options;
        }

        if (found.Length > 1)
        {
            string all = string.Join(", ", found.Select(helper => helper.EndPoint));
            WriteWarning(
                $"Helpers of this session answer on {all}. The findings are about {found[0].EndPoint}. " +
                "Use -HelperAddress and -Port to select another helper.");
        }

        (ResponderJob chosen, IPEndPoint known) = found[0];
        words = CmdletWords.For(chosen);
        return options with
        {
            HelperAddresses = [known.Address],
            Port = known.Port,
            AllowedProxies = chosen.Rules.AllowedProxies,
            TrustedClients = chosen.Rules.TrustedClients,
            AllowAbsentAddresses = chosen.Options.AllowAbsentAddresses,
            FailoverGrace = chosen.Rules.FailoverGrace,
            WrongSecrets = () => chosen.WrongSecret,
        };
    }

    /// <summary>Returns the set-up of a relay with what the parameters say.</summary>
    private RelaySetup AddParameters(RelaySetup setup) => setup with
    {
        Listen = Proxy is { } proxy ? [proxy.ToIPEndPoint()] : setup.Listen,
        Routers = HelperAddress is { } router ? [new EndPointPattern(router)] : setup.Routers,
        Target = Target ?? setup.Target,
        ProxyProtocol = IsGiven(nameof(ProxyProtocol)) ? ProxyProtocol : setup.ProxyProtocol,
        HelperPort = (ushort)(Port ?? setup.HelperPort),
        Secret = Secret is not null || SecretFile is not null ? ReadSecret(Secret, SecretFile) : setup.Secret,
        Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
    };

    private string ResolveConfiguration()
    {
        try
        {
            return ResolveFile(SmtpGatedConfiguration);
        }
        catch (IOException)
        {
            return SmtpGatedConfiguration; // Not the path of a file: the check reports a missing configuration.
        }
    }
}
