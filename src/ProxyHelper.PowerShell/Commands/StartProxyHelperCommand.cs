using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Responders;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Starts answering smtp-gated's queries in the background. It returns a job when it answers.</summary>
[Cmdlet(VerbsLifecycle.Start, "ProxyHelper", SupportsShouldProcess = true)]
[OutputType("ProxyHelper.PowerShell.ResponderJob")]
public sealed class StartProxyHelperCommand : ProxyHelperCommand
{
    /// <summary>The local IPv4 addresses to answer on; 0.0.0.0 is all of them, and answers leave from the one that was asked.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public IPAddress[] BindAddress { get; set; } = [];

    /// <summary>The UDP port to answer on, 1 to 65535; smtp-gated's remote_port. 114 unless said.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Port { get; set; } = ResponderOptions.DefaultPort;

    /// <summary>The secret that queries must carry; smtp-gated's remote_udp_secret. None (0) unless said.</summary>
    [Parameter]
    public uint Secret { get; set; }

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
        if (!ShouldProcess(endPoints, "Answer queries about NAT mappings"))
        {
            return;
        }

        if (!OperatingSystem.IsLinux())
        {
            Throw(Errors.PlatformNotSupported(MyInvocation.MyCommand.Name));
            return;
        }

        PidFile? pidFile = CreatePidFile();
        Responder responder = Start(pidFile);
        var job = new ResponderJob(responder, pidFile, Name);
        RunspaceResponders.Of(Runspace.DefaultRunspace).Add(job);
        JobRepository.Add(job);
        WriteVerbose($"Answering on {job.Location}.");
        WriteObject(job);
    }

    private PidFile? CreatePidFile()
    {
        if (PidFile is null)
        {
            return null;
        }

        string path = GetUnresolvedProviderPathFromPSPath(PidFile);
        try
        {
            return Responders.PidFile.Create(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Throw(Errors.PidFileUnusable(failure, path));
            return null;
        }
    }

    [SupportedOSPlatform("linux")]
    private Responder Start(PidFile? pidFile)
    {
        try
        {
            return Responder.Start(new ResponderOptions
            {
                Addresses = BindAddress,
                Port = (ushort)Port,
                Secret = Secret,
                IdentFormat = IdentFormat,
            });
        }
        catch (ArgumentException failure)
        {
            pidFile?.Dispose();
            Throw(Errors.InvalidBindAddress(failure, BindAddress));
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
