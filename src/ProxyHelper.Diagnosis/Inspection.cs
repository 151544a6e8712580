using System.Net;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis.Firewall;
using ProxyHelper.Diagnosis.Pair;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Server;
using static ProxyHelper.Diagnosis.GuardedCheck;

namespace ProxyHelper.Diagnosis;

/// <summary>
/// Checks the whole set-up, from the kernel to smtp-gated, in the network namespace of the calling thread. An
/// inspection changes nothing, and a check that fails does not stop the next one.
/// </summary>
public sealed class Inspection
{
    private readonly InspectionOptions _options;
    private readonly CallerWords _words;
    private readonly CancellationToken _cancellationToken;
    private readonly SmtpGatedConfiguration? _configuration;
    private readonly bool _hasConfiguration;
    private readonly string _configurationFault;
    private readonly HelperSockets _helper;
    private TransportEndPoint? _proxy;
    private ushort? _userPort;
    private FirewallReading? _firewall;
    private DestinationJudgement? _destination;
    private PairSetup? _pair;
    private Lazy<EntryCounts?>? _entries;

    private Inspection(InspectionOptions options, CallerWords words, CancellationToken cancellationToken)
    {
        _options = options;
        _words = words;
        _cancellationToken = cancellationToken;
        _proxy = options.Proxy;
        _configurationFault = options.RequiresSmtpGatedConfiguration
            ? $"{options.SmtpGatedConfiguration} is not a file, so smtp-gated's configuration was not checked."
            : "smtp-gated's configuration is not on this host.";
        try
        {
            string path = options.SmtpGatedConfiguration;
            _hasConfiguration = File.Exists(path);
            _configuration = _hasConfiguration ? SmtpGatedConfiguration.Read(path) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _configurationFault = $"smtp-gated's configuration cannot be read. {failure.Message}";
        }

        int port = options.Port ?? _configuration?.RemotePort ?? ListenOptions.DefaultPort;
        _helper = new HelperSockets(options.HelperAddresses, (ushort)port)
        {
            AllowsAbsent = options.AllowAbsentAddresses == true,
        };
    }

    /// <summary>Runs the checks. Each check runs when its finding is read.</summary>
    /// <param name="options">The expected set-up. Its addresses are IPv4.</param>
    /// <param name="words">The words of the program that shows the findings.</param>
    /// <param name="cancellationToken">Stops the inspection.</param>
    /// <exception cref="OperationCanceledException">Thrown when the caller stopped the inspection.</exception>
    public static IEnumerable<Finding> Run(
        InspectionOptions options, CallerWords words, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(words);
        ArgumentOutOfRangeException.ThrowIfEqual((int?)options.Role, (int)SetupRole.Relay, nameof(options));
        var inspection = new Inspection(options, words, cancellationToken);
        return OperatingSystem.IsLinux() ? inspection.RunOnLinux() : inspection.RunElsewhere();
    }

    private IEnumerable<Finding> RunElsewhere()
    {
        string system = RuntimeInformation.OSDescription;
        yield return _options.Role == SetupRole.Proxy
            ? Finding.Passed(CheckNames.Host, $"This host is checked as the proxy ({system}).")
            : Finding.Failed(
                CheckNames.Host,
                $"This is {system}. A router needs Linux, because the helper looks up the kernel's conntrack table.",
                $"Run the check on the router. {_words.GiveRole(SetupRole.Proxy)}");
        SetupRole role = _options.Role ?? SetupRole.Proxy;
        foreach (Finding finding in JudgeAnswer(role).Concat(JudgeSmtpGated(role)))
        {
            yield return finding;
        }
    }

    [SupportedOSPlatform("linux")]
    private IEnumerable<Finding> RunOnLinux()
    {
        SetupRole? found = _options.Role ?? FindRole();
        yield return found is { } known ? Finding.Passed(CheckNames.Host, DescribeRole(known)) : WithoutRole();
        // Without a role, only the checks of the proxy are made, because they also make sense on the router.
        SetupRole role = found ?? SetupRole.Proxy;
        IEnumerable<Finding> findings = role == SetupRole.Router
            ? JudgeKernel().Concat(JudgeAddress()).Concat(JudgeNat()).Concat(JudgeAnswer(role)).Concat(JudgeNotrack())
                .Concat(JudgeFlowTable()).Concat(JudgePair())
            : JudgeAnswer(role);
        foreach (Finding finding in findings.Concat(JudgeSmtpGated(role)))
        {
            yield return finding;
        }
    }

    private string DescribeRole(SetupRole role) => (role, _options.Role) switch
    {
        (SetupRole.Router, null) => $"This host looks like the router. {_words.GiveRole(SetupRole.Proxy)}",
        (_, null) => $"This host looks like the proxy. {_words.GiveRole(SetupRole.Router)}",
        (SetupRole.Router, _) => "This host is checked as the router.",
        _ => "This host is checked as the proxy.",
    };

    private Finding WithoutRole() => Finding.Warning(
        CheckNames.Host,
        "This host may be the router or the proxy: it has neither the address of the helper, nor smtp-gated's " +
        $"configuration{DescribeNoRule()}. Only the checks for both were made.",
        $"{_words.GiveRole(SetupRole.Router)} {_words.GiveRole(SetupRole.Proxy)}");

    private string DescribeNoRule() => ReadFirewall().NatGap is { } gap
        ? $". The check does not know whether it has a DNAT rule for TCP port {UserPort}: {gap}"
        : $", nor a DNAT rule for TCP port {UserPort}";

    [SupportedOSPlatform("linux")]
    private IEnumerable<Finding> JudgeKernel() =>
        Guard(CheckNames.Kernel, () => new KernelChecks(_words).Judge(ConntrackProbe.Read()));

    [SupportedOSPlatform("linux")]
    private IEnumerable<Finding> JudgeAddress() =>
        Guard(CheckNames.Address, () => new AddressCheck(_options, Pair, _words).Judge(IsLocal));

    [SupportedOSPlatform("linux")]
    private IEnumerable<Finding> JudgeNat() => Guard(CheckNames.DestinationNat, () =>
    {
        NatChecks checks = NatChecksOf(ReadEvidence());
        DestinationJudgement destination = checks.JudgeDestination(_options.Proxy);
        _proxy = destination.Proxy;
        _destination = destination;
        return
        [
            destination.Finding,
            checks.JudgeSource(destination, _helper),
            .. new AllowedCheck(_options, _helper, _words).Judge(destination, IsLocal),
        ];
    });

    [SupportedOSPlatform("linux")]
    private NatChecks NatChecksOf(Evidence? evidence) =>
        new(ReadFirewall(), evidence, UserPort, IsLocal, _words);

    private FirewallReading ReadFirewall() => _firewall ??= FirewallReading.Read(_cancellationToken);

    [SupportedOSPlatform("linux")]
    private IEnumerable<Finding> JudgeNotrack() => Guard(CheckNames.Notrack, () =>
        [NotrackCheck.Judge(ReadFirewall(), ReadEvidence(), _helper, _proxy)]);

    [SupportedOSPlatform("linux")]
    private IEnumerable<Finding> JudgeFlowTable() => Guard(CheckNames.FlowTable, () =>
    [
        new FlowTableCheck(ReadFirewall(), UserPort)
            .Judge(_destination?.Targets ?? [], CountEntries()),
    ]);

    private ushort UserPort => _userPort ??= UserPorts.Find(_options.SmtpPort, IsTranslated);

    private bool IsTranslated(ushort port) => OperatingSystem.IsLinux()
        && new NatChecks(ReadFirewall(), evidence: null, port, IsLocal, _words).HasDestinationNat;

    private PairSetup Pair => _pair ??= PairSetup.Read();

    [SupportedOSPlatform("linux")]
    private IEnumerable<Finding> JudgePair() => Guard(CheckNames.Pair, () =>
    {
        var pair = new PairInspection(Pair, _helper, _options with { SmtpPort = UserPort }, _words);
        return !Pair.IsPair(_helper) ? [] :
        [
            .. pair.Judge(IsLocal, CountEntries, _cancellationToken),
            .. pair.JudgeRules(NatChecksOf(evidence: null), ReadFirewall(), _proxy),
        ];
    });

    private IEnumerable<Finding> JudgeAnswer(SetupRole role) => Guard(CheckNames.Answer, () =>
    {
        var checks = new AnswerChecks(role, _words);
        if (_options.HelperAddresses is not [var address, ..])
        {
            return checks.WithoutAddress();
        }

        var helper = new IPEndPoint(address.Equals(IPAddress.Any) ? IPAddress.Loopback : address, _helper.Port);
        uint secret = _options.Secret ?? _configuration?.Secret ?? 0;
        bool isElsewhere = role == SetupRole.Router && Pair.MayMove(IPv4Address.FromIPAddress(address))
            && OperatingSystem.IsLinux() && !IsLocal(address);
        return isElsewhere ? AnswerChecks.OnBackup(address)
            : _options.SendQuery
            ? checks.Judge(AnswerProbe.Ask(helper, _proxy, secret, _options, _cancellationToken))
            : checks.WithoutHelper(helper);
    });

    private IEnumerable<Finding> JudgeSmtpGated(SetupRole role) => Guard(CheckNames.PerHost, () =>
    {
        var checks = new SmtpGatedChecks(_options.SmtpGatedConfiguration, _words);
        return _configuration is { } configuration
            ? checks.Judge(configuration, _helper.Port, _options.Secret)
            : [checks.Absent(role, _configurationFault, _options.RequiresSmtpGatedConfiguration)];
    });

    /// <summary>
    /// Finds out the role. A host that has an address of the helper is the router, whatever else it has. Null if
    /// nothing shows the role.
    /// </summary>
    [SupportedOSPlatform("linux")]
    private SetupRole? FindRole()
    {
        bool isProxy = _hasConfiguration || (_options.Proxy is { } proxy && IsLocal(proxy.IPAddress));
        return _options.WrongSecrets is not null || _options.HelperAddresses.Any(IsLocal) ? SetupRole.Router
            : isProxy ? SetupRole.Proxy
            : NatChecksOf(evidence: null).HasDestinationNat ? SetupRole.Router
            : null;
    }

    /// <summary>
    /// Returns whether an address is one of this host. 0.0.0.0 is. If the addresses cannot be read, none is.
    /// </summary>
    [SupportedOSPlatform("linux")]
    internal static bool IsLocal(IPAddress address)
    {
        try
        {
            using LocalAddresses local = LocalAddresses.Open();
            return address.Equals(IPAddress.Any)
                || (new TransportEndPoint(address, 0).TryGetIPv4(out IPv4Address known) && local.Contains(known));
        }
        catch (LinuxException)
        {
            return false; // The findings about the kernel give the reason.
        }
    }

    [SupportedOSPlatform("linux")]
    private EntryCounts? CountEntries() =>
        (_entries ??= new(() => EntryCounts.TryCount(UserPort, _cancellationToken))).Value;

    [SupportedOSPlatform("linux")]
    private Evidence? ReadEvidence() =>
        Evidence.TryRead(_proxy, UserPort, _helper, _cancellationToken);
}
