using System.Net;
using ProxyHelper.Diagnosis;

namespace ProxyHelper.PowerShell;

/// <summary>Contains the words of the cmdlets for the findings about the set-up.</summary>
internal static class CmdletWords
{
    /// <summary>The commands that show refused queries.</summary>
    public const string ListReasons =
        "'journalctl -u proxy-helper -n 20' (the service) or 'Get-ProxyHelper | Format-List' (a job)";

    /// <summary>The next step if a helper is silent.</summary>
    public const string ReadCounters =
        $"On the router, run {ListReasons}. If no refused query is there, a firewall drops the query or the reply. " +
        "Otherwise the secret differs, or the helper does not allow this host (-AllowedProxy).";

    /// <summary>Gets the words.</summary>
    public static CallerWords Instance { get; } = new()
    {
        PortOption = "-Port",
        TcpPortOption = "-TcpPort",
        SecretFileOption = "-SecretFile",
        GiveHelperAddress =
            "Start a helper in this session, or give its address: Test-ProxyHelperSetup -HelperAddress 194.0.1.1",
        GiveProxy = proxy =>
            "Give the address and port that DNAT translates the mail to: -Proxy " +
            (proxy?.ToString() ?? "194.0.22.9:9199"),
        GiveRole = role => role == SetupRole.Proxy
            ? "Use -Role Proxy if it is the proxy."
            : "Use -Role Router if it is the router.",
        StartHelper = Start,
        ChangeAddress = Start,
        AllowProxies = (_, proxies) => $"Start the helper with -AllowedProxy {string.Join(", ", proxies)}",
        GivePeerPorts = "Give the source ports of the other router: -PeerPortRange 32768-65535",
        AllowAbsentAddress =
            "Start the helper with -AllowAbsentAddress, or on 0.0.0.0. The daemon has '--allow-absent-address'.",
        FailoverGraceOption = "-FailoverGrace",
        ListEntries = "Get-NatMapping -IncludeUntranslated",
        WatchDrops =
            "Run 'Measure-NatMapping -Quick' again later. If Drop or EarlyDrop grows, raise " +
            "net.netfilter.nf_conntrack_max.",
        CheckProxy =
            "On the proxy, run 'Test-ProxyHelperSetup -Role Proxy -HelperAddress 194.0.1.1' with the address of this " +
            "router.",
        OnProxy = new ProxyWords
        {
            GiveHelperAddress =
                "Give the address of the router that smtp-gated sees as the client: " +
                "Test-ProxyHelperSetup -Role Proxy -HelperAddress 194.0.1.1",
            GiveSmtpGatedConfiguration = path => $"Give the path of the configuration: -SmtpGatedConfiguration {path}",
            ListHelpers = "Get-ProxyHelper",
            ReadCounters = ReadCounters,
        },
    };

    /// <summary>Returns the words for findings about a helper of this session.</summary>
    public static CallerWords For(ResponderJob job) => Instance with
    {
        AllowProxies = (_, proxies) =>
            $"Start the helper again with {string.Join(", ", proxies)} in the list" +
            (job.Rules.Secret == 0 ? string.Empty : ", and write the secret into a FILE") +
            $": {StartCommand.Again(job, proxies)}",
    };

    private static string Start(IPEndPoint helper) => $"Start-ProxyHelper {helper.Address} -Port {helper.Port}";
}
