using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Net;
using System.Runtime.InteropServices;
using System.Security;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.PowerShell.Resolving;
using ProxyHelper.Protocol;
using ProxyHelper.Server;
using ProxyHelper.Sources;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>
/// Starts a helper that answers smtp-gated's queries in the background. Returns its job when it listens.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "ProxyHelper", DefaultParameterSetName = KernelSet, SupportsShouldProcess = true)]
[OutputType("ProxyHelper.PowerShell.ResponderJob")]
public sealed class StartProxyHelperCommand : HelperSourceCommand
{
    /// <summary>The default name of a job.</summary>
    internal const string DefaultName = "ProxyHelper";

    /// <summary>
    /// Gets or sets the local IPv4 addresses to listen on. 0.0.0.0 is all addresses. A reply leaves from the address
    /// that was asked.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(LocalAddressCompleter))]
    [RequireValue]
    public string[] BindAddress { get; set; } = [];

    /// <summary>Gets or sets the UDP port, smtp-gated's remote_port. The default is 114. 1 to 65535.</summary>
    [Parameter]
    [WholeNumber(1, 65535, IsSingle = true)]
    public int Port { get; set; } = ListenOptions.DefaultPort;

    /// <summary>
    /// Gets or sets the TCP port, for smtp-gated's mode remote. The default is 0: no TCP. 0 to 65535. A query over TCP
    /// has no secret.
    /// </summary>
    [Parameter]
    [WholeNumber(0, 65535, IsSingle = true)]
    public int TcpPort { get; set; }

    /// <summary>
    /// Gets or sets the secret that a query must carry, smtp-gated's remote_udp_secret: a number, or a SecureString
    /// that holds a number. The default is 0: no secret.
    /// </summary>
    [Parameter]
    [Secret]
    public SecureString? Secret { get; set; }

    /// <summary>Gets or sets the file of the secret. Only its owner may have access (chmod 600).</summary>
    [Parameter]
    [RequireValue(AcceptsAnyCharacter = true, IsSingle = true)]
    public string? SecretFile { get; set; }

    /// <summary>
    /// Gets or sets who may ask: addresses, or prefixes such as 194.0.22.0/24. The default is every address, with a
    /// warning. This host may always ask.
    /// </summary>
    [Parameter]
    [ValidateCount(1, AnswerRules.MaxPrefixes)]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [Addresses]
    public EndPointPattern[] AllowedProxy { get; set; } = [];

    /// <summary>
    /// Gets or sets who may ask about every connection, and not only about connections to its own address. This host
    /// may always do so.
    /// </summary>
    [Parameter]
    [ValidateCount(1, AnswerRules.MaxPrefixes)]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [Addresses]
    public EndPointPattern[] TrustedClient { get; set; } = [];

    /// <summary>
    /// Gets or sets how many queries per second a source address may send. The default is 10,000. 0 to 1,000,000; 0
    /// means no limit. This host has no limit.
    /// </summary>
    [Parameter]
    [WholeNumber(0, AnswerRules.MaxRate, IsSingle = true)]
    public int MaxQueriesPerSecond { get; set; } = 10_000;

    /// <summary>
    /// Gets or sets the largest age of a query that is answered. The default is 1 second, the shortest time that
    /// smtp-gated waits. Up to 1 minute. A number is a number of seconds.
    /// </summary>
    [Parameter]
    [Seconds(IsSingle = true)]
    public TimeSpan MaxQueueDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets or sets how long the helper looks up a connection again before it replies "not found". The time starts when
    /// one of the addresses appears on this host. The default is 3 seconds. The range is 0 to 1 minute. 0 turns the
    /// grace off. A number is a number of seconds.
    /// </summary>
    [Parameter]
    [Seconds(IsSingle = true)]
    public TimeSpan FailoverGrace { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Gets or sets the number of threads that answer. The default is 1, which is enough for about 60,000 queries per
    /// second. 1 to 64.
    /// </summary>
    [Parameter]
    [WholeNumber(1, ListenOptions.MaxWorkers, IsSingle = true)]
    public int Workers { get; set; } = 1;

    /// <summary>Gets or sets whether the helper also starts on addresses that this host gets later.</summary>
    [Parameter]
    public SwitchParameter AllowAbsentAddress { get; set; }

    /// <summary>Gets or sets what smtp-gated logs as the name of the user. The default is Address.</summary>
    [Parameter]
    [RequireValue(IsSingle = true)]
    public IdentFormat IdentFormat { get; set; }

    /// <summary>Gets or sets the name of the job. The default is ProxyHelper.</summary>
    [Parameter]
    [RequireValue(IsSingle = true)]
    public string Name { get; set; } = DefaultName;

    /// <summary>Gets or sets the file that holds the number of this process while the helper runs.</summary>
    [Parameter]
    [RequireValue(AcceptsAnyCharacter = true, IsSingle = true)]
    public string? PidFile { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IPAddress[] addresses = BindAddresses.Read(BindAddress);
        if (MaxQueueDelay <= TimeSpan.Zero || MaxQueueDelay > AnswerRules.LongestQueueDelay)
        {
            throw Terminating(HelperErrors.MaxQueueDelayOutOfRange(MaxQueueDelay));
        }

        if (FailoverGrace < TimeSpan.Zero || FailoverGrace > AnswerRules.LongestGrace)
        {
            throw Terminating(HelperErrors.FailoverGraceOutOfRange(FailoverGrace));
        }

        string endPoints = string.Join(", ", addresses.Select(address => new IPEndPoint(address, Port)));
        string target = TcpPort == 0 ? endPoints : $"{endPoints} and TCP port {TcpPort}";
        if (!ShouldProcess(target, "Answer queries about NAT mappings"))
        {
            return;
        }

        if (!OperatingSystem.IsLinux() && ParameterSetName == KernelSet)
        {
            throw Terminating(ResolverErrors.KernelNeedsLinux(RuntimeInformation.OSDescription));
        }

        ResponderJob job = StartJob(Options(addresses), Rules(ReadSecret(Secret, SecretFile)));
        RunspaceJobs.Of(Runspace.DefaultRunspace).Add(job);
        JobRepository.Add(job);
        string source = ParameterSetName == KernelSet ? string.Empty : $" Connections are looked up with {job.Source}.";
        WriteVerbose($"Answering on {job.Location}.{source} {AccessWarning.DescribeAccess(job.Rules)}");
        WriteObject(job);
    }

    private ResponderJob StartJob(ListenOptions options, AnswerRules rules)
    {
#pragma warning disable CA2000 // the responder disposes of the resolver, and the job of the PID file
        MappingResolver? resolver = OpenResolver();
        JobPidFile? pidFile = null;
        Responder? responder = null;
        try
        {
            pidFile = PidFile is null ? null : JobPidFile.Create(this, JobRepository, PidFile, SecretFile);
            responder = Start(options with { Resolver = resolver }, rules);
            return new ResponderJob(responder, pidFile, Name);
#pragma warning restore CA2000
        }
        finally
        {
            if (responder is null)
            {
                pidFile?.Dispose();
                resolver?.Dispose();
            }
        }
    }

    private Responder Start(ListenOptions options, AnswerRules rules)
    {
        Responder? responder = null;
        bool isStarted = false;
        try
        {
            responder = Responder.Open(options, rules);
            if (AccessWarning.Of(responder.Rules) is { } warning)
            {
                WriteWarning(warning); // before the first query, so that -WarningAction Stop and Inquire decide
            }

            responder.Start();
            isStarted = true;
            return responder;
        }
        catch (BindException failure) when (RunningJobs.Using(JobRepository, failure) is { } user)
        {
            throw Terminating(HelperErrors.AddressInUse(failure, user, Errors.PortParameter(failure)));
        }
        catch (ArgumentException failure)
        {
            throw Terminating(Errors.InvalidResponderOption(failure, string.Join(", ", BindAddress)));
        }
        catch (LinuxException failure)
        {
            throw Terminating(Errors.From(failure, CommandName));
        }
        finally
        {
            if (!isStarted)
            {
                responder?.Dispose();
            }
        }
    }

    private ListenOptions Options(IPAddress[] addresses) => new()
    {
        Addresses = addresses,
        Port = (ushort)Port,
        TcpPort = (ushort)TcpPort,
        Workers = Workers,
        AllowAbsentAddresses = AllowAbsentAddress,
    };

    private AnswerRules Rules(uint secret) => new()
    {
        Secret = secret,
        IdentFormat = IdentFormat,
        AllowedProxies = AllowedProxy,
        TrustedClients = TrustedClient,
        MaxQueriesPerSecond = MaxQueriesPerSecond,
        MaxQueueDelay = MaxQueueDelay,
        FailoverGrace = FailoverGrace,
    };
}
