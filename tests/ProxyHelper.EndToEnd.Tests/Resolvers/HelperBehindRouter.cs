using System.Text.RegularExpressions;
using Xunit;

namespace ProxyHelper.EndToEnd.Resolvers;

/// <summary>
/// Represents a proxy, a router that forwards queries by the rule of docs/other-routers.md, and a machine with the
/// helper, which has no entry of any connection.
/// </summary>
internal sealed partial class HelperBehindRouter : IDisposable
{
    private readonly HostNetwork _hosts = HostNetwork.Create();

    public HelperBehindRouter()
    {
        Router = _hosts.AddRouter("router");
        Proxy = _hosts.AddHost("proxy");
        Helper = _hosts.AddHost("helper");
        Router.AddAddress("194.0.1.1/32", "lo");
        Connect("proxies", Proxy, "194.0.22.254", "194.0.22.9");
        Connect("helpers", Helper, "10.1.1.254", "10.1.1.253");
        Router.LoadRules("table ip mail_gateway { chain prerouting { type nat hook prerouting priority dstnat; }; }");
        Router.LoadRules(ForwardingRule());
    }

    /// <summary>Gets the router, 194.0.1.1.</summary>
    public NetworkHost Router { get; }

    /// <summary>Gets the proxy, 194.0.22.9.</summary>
    public NetworkHost Proxy { get; }

    /// <summary>Gets the machine with the helper, 10.1.1.253.</summary>
    public NetworkHost Helper { get; }

    /// <inheritdoc/>
    public void Dispose() => _hosts.Dispose();

    private static string ForwardingRule()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "other-routers.md"));
        return Assert.Single(Rules().Matches(page)).Groups["rule"].Value;
    }

    private void Connect(string link, NetworkHost host, string gateway, string address)
    {
        HostNetwork.Connect(Router, link, host, "uplink");
        Router.AddAddress($"{gateway}/24", link);
        host.AddAddress($"{address}/24", "uplink");
        host.AddRoute("default", gateway);
    }

    [GeneratedRegex("`nft (?<rule>add rule ip mail_gateway prerouting [^`]*)`")]
    private static partial Regex Rules();
}
