using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Net;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Relay;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>
/// Starts a relay that passes connections of routers to a proxy in the background. Returns its job when it listens.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "ProxyRelay", SupportsShouldProcess = true)]
[OutputType("ProxyHelper.PowerShell.RelayJob")]
public sealed class StartProxyRelayCommand : RelayLimitCommand
{
    /// <summary>The default name of a job.</summary>
    internal const string DefaultName = "ProxyRelay";

    /// <summary>
    /// Gets or sets the local IPv4 addresses and TCP ports to listen on, such as 194.0.22.9:9199. 0.0.0.0 is all
    /// addresses. The DNAT rule of the router translates to this end point.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(LocalAddressCompleter))]
    [Listen]
    public IPEndPoint[] Listen { get; set; } = [];

    /// <summary>
    /// Gets or sets the proxy that each connection is passed to: an IPv4 address and port, such as 127.0.0.1:3128, or a
    /// Unix socket, such as unix:/run/haproxy/relay.sock.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1)]
    [RelayTarget(AcceptsAnyCharacter = true, IsSingle = true)]
    public RelayTarget? Target { get; set; }

    /// <summary>
    /// Gets or sets the routers whose connections are relayed: addresses, or prefixes such as 194.0.1.0/24. The relay
    /// asks the helper at the address that the connection comes from. Other connections are reset.
    /// </summary>
    [Parameter(Mandatory = true, Position = 2)]
    [ValidateCount(1, RelayRules.MaxEntries)]
    [ArgumentCompleter(typeof(GatewayCompleter))]
    [Addresses]
    public EndPointPattern[] Router { get; set; } = [];

    /// <summary>Gets or sets the UDP port of the helpers. The default is 114. 1 to 65535.</summary>
    [Parameter]
    [WholeNumber(1, 65535, IsSingle = true)]
    public int HelperPort { get; set; } = RelayOptions.DefaultHelperPort;

    /// <summary>
    /// Gets or sets the secret of the helpers: a number, or a SecureString that holds a number. The default is 0: no
    /// secret.
    /// </summary>
    [Parameter]
    [Secret]
    public SecureString? Secret { get; set; }

    /// <summary>Gets or sets the file of the secret. Only its owner may have access (chmod 600).</summary>
    [Parameter]
    [RequireValue(AcceptsAnyCharacter = true, IsSingle = true)]
    public string? SecretFile { get; set; }

    /// <summary>
    /// Gets or sets the header with the original ends that the target gets first: V2, V1 or None. The default is V2.
    /// </summary>
    [Parameter]
    [RequireValue(IsSingle = true)]
    public ProxyProtocol ProxyProtocol { get; set; }

    /// <summary>
    /// Gets or sets the original destination ports that are relayed: ports, or ranges such as 8000-8099. The default is
    /// every port, with a warning.
    /// </summary>
    [Parameter]
    [ValidateCount(1, RelayRules.MaxEntries)]
    [PortRange(AcceptsOnePort = true)]
    public PortRange[] AllowedPort { get; set; } = [];

    /// <summary>Gets or sets the number of threads that relay. The default is 1. 1 to 64.</summary>
    [Parameter]
    [WholeNumber(1, RelayOptions.MaxWorkers, IsSingle = true)]
    public int Workers { get; set; } = 1;

    /// <summary>Gets or sets whether the relay also starts on addresses that this host gets later.</summary>
    [Parameter]
    public SwitchParameter AllowAbsentAddress { get; set; }

    /// <summary>
    /// Gets or sets whether the output of the job has a line for each connection that has ended. The output keeps the
    /// newest hundred lines.
    /// </summary>
    [Parameter]
    public SwitchParameter LogConnections { get; set; }

    /// <summary>Gets or sets the name of the job. The default is ProxyRelay.</summary>
    [Parameter]
    [RequireValue(IsSingle = true)]
    public string Name { get; set; } = DefaultName;

    /// <summary>Gets or sets the file that holds the number of this process while the relay runs.</summary>
    [Parameter]
    [RequireValue(AcceptsAnyCharacter = true, IsSingle = true)]
    public string? PidFile { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        CheckTimes();
        if (!ShouldProcess($"{string.Join(", ", Listen.AsEnumerable())} to {Target}", "Relay connections"))
        {
            return;
        }

        if (!OperatingSystem.IsLinux())
        {
            throw Terminating(RelayErrors.RelayNeedsLinux(RuntimeInformation.OSDescription));
        }

        RelayJob job = StartJob(Options(), Rules(ReadSecret(Secret, SecretFile)));
        RunspaceJobs.Of(Runspace.DefaultRunspace).Add(job);
        JobRepository.Add(job);
        WriteVerbose(
            $"Relaying from {job.Location} to {job.Target}. Routers: {string.Join(", ", job.Routers)}. "
                + $"Secret: {(job.Rules.Secret == 0 ? "no" : "yes")}. Header: {job.ProxyProtocol}.");
        WriteObject(job);
    }

    [SupportedOSPlatform("linux")]
    private RelayJob StartJob(RelayOptions options, RelayRules rules)
    {
#pragma warning disable CA2000 // the job disposes of the PID file
        JobPidFile? pidFile = null;
        ProxyRelay? relay = null;
        try
        {
            pidFile = PidFile is null ? null : JobPidFile.Create(this, JobRepository, PidFile, SecretFile);
            relay = Start(options, rules);
            return new RelayJob(relay, pidFile, Name);
#pragma warning restore CA2000
        }
        finally
        {
            if (relay is null)
            {
                pidFile?.Dispose();
            }
        }
    }

    [SupportedOSPlatform("linux")]
    private ProxyRelay Start(RelayOptions options, RelayRules rules)
    {
        ProxyRelay? relay = null;
        bool isStarted = false;
        try
        {
            relay = ProxyRelay.Open(options, rules);
            foreach (string warning in RelayWarnings.Of(options, rules))
            {
                WriteWarning(warning); // before the first connection, so that -WarningAction Stop and Inquire decide
            }

            relay.Start();
            isStarted = true;
            return relay;
        }
        catch (BindException failure) when (RunningJobs.Using(JobRepository, failure) is { } user)
        {
            throw Terminating(HelperErrors.AddressInUse(failure, user, nameof(Listen)));
        }
        catch (ArgumentException failure)
        {
            throw Terminating(RelayErrors.InvalidRelayOption(failure, options));
        }
        catch (LinuxException failure)
        {
            throw Terminating(RelayErrors.From(failure, CommandName));
        }
        finally
        {
            if (!isStarted)
            {
                relay?.Dispose();
            }
        }
    }

    private RelayOptions Options() => new()
    {
        Listen = [.. Listen.Distinct()],
        Target = Target!,
        ProxyProtocol = ProxyProtocol,
        HelperPort = (ushort)HelperPort,
        Workers = Workers,
        MaxConnections = MaxConnections,
        MaxQueries = MaxQueries,
        AllowAbsentAddresses = AllowAbsentAddress,
    };

    private RelayRules Rules(uint secret) => new()
    {
        Routers = Router,
        Secret = secret,
        AllowedPorts = AllowedPort,
        MaxConnectionsPerSource = MaxConnectionsPerSource,
        ConnectTimeout = ConnectTimeout,
        IdleTimeout = IdleTimeout,
        HalfClosedTimeout = HalfClosedTimeout,
        DrainTime = DrainTime,
        LogConnections = LogConnections,
    };
}
