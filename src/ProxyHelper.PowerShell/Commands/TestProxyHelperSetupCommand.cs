using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Security;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>
/// Looks through the whole set-up, on the router or on the proxy, and says of each part whether it is as it should be, why, and what
/// to do. It changes nothing, and goes on whatever one check comes to.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "ProxyHelperSetup")]
[OutputType(typeof(Finding))]
public sealed class TestProxyHelperSetupCommand : ProxyHelperCommand
{
    /// <summary>
    /// The IPv4 address that the helper answers on, which SNAT shows to the proxy; 0.0.0.0 for all of the router's. On the router, that of
    /// the responder of this session unless said.
    /// </summary>
    [Parameter(Position = 0)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(LocalAddressCompleter))]
    public IPAddress? HelperAddress { get; set; }

    /// <summary>
    /// The helper's UDP port, 1 to 65535. Unless said, that of the responder of this session, or smtp-gated's remote_port where its
    /// configuration is on this host, or 114.
    /// </summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? Port { get; set; }

    /// <summary>The proxy's accepting address and port, where DNAT leads the users' mail, such as 194.0.22.9:9199. Unless said, it is taken from the DNAT rule.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    public TransportEndPoint? Proxy { get; set; }

    /// <summary>The TCP port that users open connections to, and that DNAT is looked for. 25 unless said.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int SmtpPort { get; set; } = 25;

    /// <summary>
    /// The shared secret, a number or a SecureString that holds one. Unless said, smtp-gated's remote_udp_secret where its configuration is
    /// on this host, else none (0).
    /// </summary>
    [Parameter]
    [Secret]
    public SecureString? Secret { get; set; }

    /// <summary>A file that holds the secret, which its owner alone may use (chmod 600).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SecretFile { get; set; }

    /// <summary>
    /// Which side this host is: the router, where the kernel, the address and the rules are looked at too, or the proxy. Unless said, the
    /// host that has the helper's address is the router, and one with smtp-gated's configuration or the proxy's address the proxy.
    /// </summary>
    [Parameter]
    public SetupRole? Role { get; set; }

    /// <summary>smtp-gated's configuration, which is looked at where it is there. /etc/smtp-gated.conf unless said.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string SmtpGatedConfiguration { get; set; } = "/etc/smtp-gated.conf";

    /// <summary>How many seconds to wait for each answer of the helper, which is asked twice at most. 1 unless said.</summary>
    [Parameter]
    [ValidateRange(0.01, 3600.0)]
    public double TimeoutSeconds { get; set; } = 1;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (HelperAddress is { AddressFamily: not AddressFamily.InterNetwork } address)
        {
            throw Terminating(Errors.EndPointNotIPv4(new TransportEndPoint(address, (ushort)(Port ?? 0))));
        }

        if (Proxy is { } proxy && proxy.ToIPEndPoint().AddressFamily != AddressFamily.InterNetwork)
        {
            throw Terminating(Errors.EndPointNotIPv4(proxy));
        }

        try
        {
            foreach (Finding check in Inspection.Run(Options(), Cancellation))
            {
                WriteObject(check);
            }
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            // Ctrl+C: what was found so far has been written.
        }
    }

    private InspectionOptions Options()
    {
        (IPEndPoint? known, Func<long>? wrongSecrets) = OperatingSystem.IsLinux() && Role != SetupRole.Proxy ? FindResponder() : default;
        return new InspectionOptions
        {
            Role = Role,
            HelperAddress = HelperAddress ?? known?.Address,
            Port = Port ?? known?.Port,
            Proxy = Proxy,
            SmtpPort = SmtpPort,
            Secret = Secret is not null || SecretFile is not null ? ReadSecret(Secret, SecretFile) : null,
            SmtpGatedConfiguration = ResolveConfiguration(),
            Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
            WrongSecrets = wrongSecrets,
        };
    }

    /// <summary>The responder of this session that is meant: where it answers, and its count of wrong secrets.</summary>
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private (IPEndPoint? Known, Func<long>? WrongSecrets) FindResponder()
    {
        var running =
            from job in ResponderSelection.All(JobRepository).OfType<ResponderJob>()
            where job.JobStateInfo.State == JobState.Running
            from endPoint in job.LocalEndPoints
            where (HelperAddress is null || endPoint.Address.Equals(HelperAddress)) && (Port is null || endPoint.Port == Port)
            select (Job: job, EndPoint: endPoint);
        var found = running.ToArray();
        if (found.Length == 0)
        {
            return default;
        }

        if (found.Length > 1)
        {
            WriteWarning($"Responders of this session answer on {string.Join(", ", found.Select(one => one.EndPoint))}. This is about {found[0].EndPoint}; say -HelperAddress and -Port for another.");
        }

        ResponderJob chosen = found[0].Job;
        return (found[0].EndPoint, () => chosen.WrongSecret);
    }

    private string ResolveConfiguration()
    {
        try
        {
            return ResolveFile(SmtpGatedConfiguration);
        }
        catch (IOException)
        {
            return SmtpGatedConfiguration; // no file's path: the check says that it is not there
        }
    }
}
