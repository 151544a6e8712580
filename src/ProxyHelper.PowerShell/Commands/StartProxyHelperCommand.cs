using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Server;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Starts answering smtp-gated's queries in the background. It returns a job when it answers.</summary>
[Cmdlet(VerbsLifecycle.Start, "ProxyHelper", SupportsShouldProcess = true)]
[OutputType("ProxyHelper.PowerShell.ResponderJob")]
public sealed class StartProxyHelperCommand : ProxyHelperCommand
{
    /// <summary>The local IPv4 addresses to answer on; 0.0.0.0 is all of them, and answers leave from the one that was asked.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(LocalAddressCompleter))]
    public IPAddress[] BindAddress { get; set; } = [];

    /// <summary>The UDP port to answer on, 1 to 65535; smtp-gated's remote_port. 114 unless said.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Port { get; set; } = ListenOptions.DefaultPort;

    /// <summary>The TCP port to answer on as well, as smtp-gated asks in its mode remote; commonly the same 114. None (0) unless said. There is no secret over TCP.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int TcpPort { get; set; }

    /// <summary>The secret that queries must carry, a number or a SecureString that holds one; smtp-gated's remote_udp_secret. None (0) unless said.</summary>
    [Parameter]
    [Secret]
    public SecureString? Secret { get; set; }

    /// <summary>A file that holds the secret, which its owner alone may use (chmod 600).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SecretFile { get; set; }

    /// <summary>Who may ask at all: addresses, or prefixes such as 194.0.22.0/24. Everybody unless said; this host always.</summary>
    [Parameter]
    [ValidateCount(1, AnswerRules.MaxPrefixes)]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [Addresses]
    public EndPointPattern[] AllowedProxy { get; set; } = [];

    /// <summary>Who may ask about any connection, not only about those to its own address. This host always may.</summary>
    [Parameter]
    [ValidateCount(1, AnswerRules.MaxPrefixes)]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    [Addresses]
    public EndPointPattern[] TrustedClient { get; set; } = [];

    /// <summary>How many queries a source address may ask in a second, 1 to 1,000,000; 0 for any number. 10,000 unless said; this host any number.</summary>
    [Parameter]
    [ValidateRange(0, AnswerRules.MaxRate)]
    public int MaxQueriesPerSecond { get; set; } = 10_000;

    /// <summary>How long a query may have waited to be answered still, up to a minute; a plain number is seconds. 1 second unless said, the shortest time that smtp-gated waits.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan MaxQueueDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many threads answer, 1 to 64. 1 unless said; it is enough for some 100,000 queries a second.</summary>
    [Parameter]
    [ValidateRange(1, ListenOptions.MaxWorkers)]
    public int Workers { get; set; } = 1;

    /// <summary>Starts also on addresses that this host does not have yet, such as at boot.</summary>
    [Parameter]
    public SwitchParameter AllowAbsentAddress { get; set; }

    /// <summary>What smtp-gated is to log as the user's name. The address unless said.</summary>
    [Parameter]
    public IdentFormat IdentFormat { get; set; }

    /// <summary>The job's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "ProxyHelper";

    /// <summary>A file that is to hold this process's number while the responder runs.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PidFile { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        string endPoints = string.Join(", ", BindAddress.Distinct().Select(address => new IPEndPoint(address, Port)));
        if (!ShouldProcess(TcpPort == 0 ? endPoints : $"{endPoints} and TCP port {TcpPort}", "Answer queries about NAT mappings"))
        {
            return;
        }

        if (!OperatingSystem.IsLinux())
        {
            Throw(Errors.PlatformNotSupported(MyInvocation.MyCommand.Name));
            return;
        }

        uint secret = ReadSecret(Secret, SecretFile);
        PidFile? pidFile = CreatePidFile();
        Responder responder = Start(secret, pidFile);
        var job = new ResponderJob(responder, pidFile, Name);
        RunspaceResponders.Of(Runspace.DefaultRunspace).Add(job);
        JobRepository.Add(job);
        WriteVerbose($"Answering on {job.Location}, {WhomItAnswers(secret)}.");
        WriteObject(job);
    }

    private string WhomItAnswers(uint secret)
    {
        string who = AllowedProxy.Length == 0 ? "whoever asks about a connection to its own address" : $"{string.Join(", ", AllowedProxy)} about connections to their own addresses";
        string trusted = TrustedClient.Length == 0 ? string.Empty : $", {string.Join(", ", TrustedClient)} about any";
        string rate = MaxQueriesPerSecond == 0 ? "without a limit of rate" : $"at most {MaxQueriesPerSecond} queries a second of each address";
        return $"to {who}{trusted}; {(secret == 0 ? "without a secret" : "with a secret")}, {rate}";
    }

    [SupportedOSPlatform("linux")]
    private PidFile? CreatePidFile()
    {
        if (PidFile is null)
        {
            return null;
        }

        string path = PidFile;
        try
        {
            path = ResolveFile(path);
            return Linux.PidFile.Create(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Throw(Errors.PidFileUnusable(failure, path));
            return null;
        }
    }

    [SupportedOSPlatform("linux")]
    private Responder Start(uint secret, PidFile? pidFile)
    {
        try
        {
            var options = new ListenOptions
            {
                Addresses = BindAddress,
                Port = (ushort)Port,
                TcpPort = (ushort)TcpPort,
                Workers = Workers,
                AllowAbsentAddresses = AllowAbsentAddress,
            };
            var rules = new AnswerRules
            {
                Secret = secret,
                IdentFormat = IdentFormat,
                AllowedProxies = AllowedProxy,
                TrustedClients = TrustedClient,
                MaxQueriesPerSecond = MaxQueriesPerSecond,
                MaxQueueDelay = MaxQueueDelay,
            };
            return Responder.Start(options, rules);
        }
        catch (ArgumentException failure)
        {
            pidFile?.Dispose();
            object? address = BindAddress.FirstOrDefault(one => one.AddressFamily != AddressFamily.InterNetwork);
            Throw(Errors.InvalidResponderOption(failure, address ?? MaxQueueDelay)); // all else was checked when it was bound
            throw;
        }
        catch (LinuxException failure)
        {
            pidFile?.Dispose();
            Throw(Errors.From(failure, MyInvocation.MyCommand.Name));
            throw;
        }
    }
}
