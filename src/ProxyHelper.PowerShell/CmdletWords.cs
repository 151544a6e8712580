using System.Management.Automation.Language;
using System.Net;
using ProxyHelper.Diagnosis;

namespace ProxyHelper.PowerShell;

/// <summary>Contains the words of the cmdlets for the findings about the set-up.</summary>
internal static class CmdletWords
{
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
        StartHelper = helper => $"Start-ProxyHelper {helper.Address} -Port {helper.Port}",
        AllowProxies = (helper, proxies) => AllowProxies("ProxyHelper", helper, proxies),
        ListEntries = "Get-NatMapping -IncludeUntranslated",
        WatchDrops =
            "Run 'Measure-NatMapping -Quick' again later. If Drop or EarlyDrop grows, raise " +
            "net.netfilter.nf_conntrack_max.",
        CheckProxy =
            "On the proxy, run 'Test-ProxyHelperSetup -Role Proxy -HelperAddress 194.0.1.1' with the address of this " +
            "router.",
        OnProxy = new ProxyWords
        {
            GiveSmtpGatedConfiguration = path => $"Give the path of the configuration: -SmtpGatedConfiguration {path}",
            ListHelpers = "Get-ProxyHelper",
            ReadCounters =
                "On the router, run 'Get-ProxyHelper | Format-List'. If Queries does not grow, a firewall drops the " +
                "queries. Otherwise WrongSecret, NotAllowed or NotItsOwn grows.",
        },
    };

    /// <summary>Returns the words for findings about a helper of this session.</summary>
    /// <param name="name">The name of the helper.</param>
    public static CallerWords For(string name) =>
        Instance with { AllowProxies = (helper, proxies) => AllowProxies(name, helper, proxies) };

    private static string AllowProxies(string name, IPEndPoint helper, IReadOnlyList<IPAddress> proxies)
    {
        string addresses = string.Join(", ", proxies);
        return $"Start the helper again with {addresses} in the list, and with its other parameters: " +
            $"Stop-ProxyHelper '{CodeGeneration.EscapeSingleQuotedStringContent(name)}'; " +
            $"Start-ProxyHelper {helper.Address} -Port {helper.Port} -AllowedProxy {addresses}";
    }
}
