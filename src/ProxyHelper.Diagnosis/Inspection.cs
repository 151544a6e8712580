using System.Net;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis.Firewall;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Server;

namespace ProxyHelper.Diagnosis;

/// <summary>
/// Looks through the whole chain, from the kernel to smtp-gated, in the network namespace of the calling thread. It changes nothing,
/// and goes on whatever one check comes to.
/// </summary>
public sealed class Inspection
{
    private readonly InspectionOptions _options;
    private readonly CancellationToken _cancellationToken;
    private readonly SmtpGatedConfiguration? _configuration;
    private readonly string _configurationFault = "smtp-gated's configuration is not on this host.";
    private readonly ushort _port;
    private readonly uint _secret;
    private TransportEndPoint? _proxy;
    private FirewallReading? _firewall;

    private Inspection(InspectionOptions options, CancellationToken cancellationToken)
    {
        _options = options;
        _cancellationToken = cancellationToken;
        _proxy = options.Proxy;
        try
        {
            _configuration = File.Exists(options.SmtpGatedConfiguration) ? SmtpGatedConfiguration.Read(options.SmtpGatedConfiguration) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _configurationFault = $"smtp-gated's configuration cannot be read. {failure.Message}";
        }

        _port = (ushort)(options.Port ?? _configuration?.RemotePort ?? ListenOptions.DefaultPort);
        _secret = options.Secret ?? _configuration?.Secret ?? 0;
    }

    /// <summary>Runs the checks, one after the other as they are read.</summary>
    /// <param name="options">What the set-up is to be. Its addresses are IPv4.</param>
    /// <param name="cancellationToken">Ends them early.</param>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public static IEnumerable<Finding> Run(InspectionOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new Inspection(options, cancellationToken).Run();
    }

    private IEnumerable<Finding> Run()
    {
        if (!OperatingSystem.IsLinux())
        {
            yield return _options.Role == SetupRole.Proxy
                ? Finding.Passed(CheckNames.Host, $"{RuntimeInformation.OSDescription}; taken for the proxy.")
                : Finding.Failed(CheckNames.Host, $"This is {RuntimeInformation.OSDescription}. A router needs Linux, whose conntrack table is asked.", "Run it on the router; or say -Role Proxy.");
        }

        SetupRole role = _options.Role ?? SetupRole.Proxy;
        if (OperatingSystem.IsLinux())
        {
            bool isLocal = IsLocal(_options.HelperAddress);
            role = _options.Role ?? FindRole(isLocal);
            yield return Finding.Passed(CheckNames.Host, $"{RuntimeInformation.OSDescription}; taken for the {(role == SetupRole.Router ? "router" : "proxy")}{(_options.Role is null ? " (-Role says otherwise)" : string.Empty)}.");
            foreach (Finding check in role == SetupRole.Router ? Router(isLocal) : [])
            {
                yield return check;
            }
        }

        foreach (Finding check in Guard(CheckNames.Answer, () => Answer(role)))
        {
            yield return check;
        }

        if (OperatingSystem.IsLinux() && role == SetupRole.Router)
        {
            foreach (Finding check in Guard(CheckNames.Notrack, Notrack))
            {
                yield return check;
            }
        }

        foreach (Finding check in Guard(CheckNames.PerHost, () => SmtpGated(role)))
        {
            yield return check;
        }
    }

    [SupportedOSPlatform("linux")]
    private IEnumerable<Finding> Router(bool isLocal) =>
    [
        .. Guard(CheckNames.Kernel, () => KernelChecks.Judge(ConntrackProbe.Read())),
        .. Guard(CheckNames.Address, () => [AddressCheck.Judge(_options.HelperAddress, isLocal)]),
        .. Guard(CheckNames.DestinationNat, Nat),
    ];

    [SupportedOSPlatform("linux")]
    private IEnumerable<Finding> Nat()
    {
        _firewall = FirewallReading.Read(_cancellationToken);
        var checks = new NatChecks(_firewall, ReadEvidence(), (ushort)_options.SmtpPort);
        (Finding destination, _proxy) = checks.JudgeDestination(_options.Proxy);
        return [destination, checks.JudgeSource(_proxy, _options.HelperAddress)];
    }

    [SupportedOSPlatform("linux")]
    private IEnumerable<Finding> Notrack() =>
        [NotrackCheck.Judge(_firewall ?? FirewallReading.Read(_cancellationToken), ReadEvidence(), _options.HelperAddress, _port, _proxy)];

    private IEnumerable<Finding> Answer(SetupRole role)
    {
        if (_options.HelperAddress is not { } address)
        {
            return AnswerChecks.Unasked();
        }

        var helper = new IPEndPoint(address.Equals(IPAddress.Any) ? IPAddress.Loopback : address, _port);
        return AnswerChecks.Judge(AnswerProbe.Ask(helper, _proxy, _secret, _options, _cancellationToken), role);
    }

    private IEnumerable<Finding> SmtpGated(SetupRole role) => _configuration is { } configuration
        ? SmtpGatedChecks.Judge(configuration, _options.SmtpGatedConfiguration, _port, _options.Secret)
        : [SmtpGatedChecks.Absent(role, _options.SmtpGatedConfiguration, _configurationFault)];

    /// <summary>Who has the helper's address is the router, whatever else is on it.</summary>
    [SupportedOSPlatform("linux")]
    private SetupRole FindRole(bool hasHelperAddress) =>
        !hasHelperAddress && (_configuration is not null || IsLocal(_options.Proxy?.IPAddress)) ? SetupRole.Proxy : SetupRole.Router;

    [SupportedOSPlatform("linux")]
    private static bool IsLocal(IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        try
        {
            using LocalAddresses own = LocalAddresses.Open();
            return address.Equals(IPAddress.Any) || (new TransportEndPoint(address, 0).TryGetIPv4(out IPv4Address known) && own.Contains(known));
        }
        catch (LinuxException)
        {
            return false; // the checks of the kernel say what is wrong with it
        }
    }

    [SupportedOSPlatform("linux")]
    private Evidence? ReadEvidence()
    {
        try
        {
            return Evidence.Read(_proxy, (ushort)_options.SmtpPort, _options.HelperAddress, _port, _cancellationToken);
        }
        catch (LinuxException)
        {
            return null; // as above
        }
    }

    /// <summary>A check that breaks is a check that failed, and the others go on.</summary>
    private static IReadOnlyList<Finding> Guard(string name, Func<IEnumerable<Finding>> check)
    {
        try
        {
            return [.. check()];
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            return [Finding.Failed(name, $"This could not be looked at. {failure.Message}", "Run it again; if that happens each time, look by hand as docs/troubleshooting.md says.")];
        }
    }
}
