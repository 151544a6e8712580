namespace ProxyHelper.TestSupport;

/// <summary>
/// Represents the classic set-up on four hosts: users, a router that redirects their mail to a proxy by two NAT rules,
/// the proxy, and a mail server. For other set-ups, use <see cref="HostNetwork"/>.
/// </summary>
internal sealed class RouterNetwork : IDisposable
{
    private readonly HostNetwork _hosts;

    private RouterNetwork(HostNetwork hosts)
    {
        _hosts = hosts;
        Router = hosts.AddRouter("router");
        User = hosts.AddHost("user");
        Proxy = hosts.AddHost("proxy");
        Mail = hosts.AddHost("mail");
        Router.AddAddress("194.0.1.1/32", "lo");
        Connect("users", User, "10.1.1.254", "10.1.1.1", "10.1.1.2", "10.1.1.3", "10.1.1.4");
        Connect("proxies", Proxy, "194.0.22.254", "194.0.22.9");
        Connect("internet", Mail, "4.1.1.254", "4.1.1.1");
        Router.LoadRules(RouterFixture.NatRules);
    }

    /// <summary>Gets the router, 194.0.1.1, which connects the other hosts.</summary>
    public NetworkHost Router { get; }

    /// <summary>Gets the host of the users, 10.1.1.1 to 10.1.1.4.</summary>
    public NetworkHost User { get; }

    /// <summary>Gets the proxy, 194.0.22.9.</summary>
    public NetworkHost Proxy { get; }

    /// <summary>Gets the mail server, 4.1.1.1.</summary>
    public NetworkHost Mail { get; }

    /// <summary>Creates the hosts. Skips the running test if this machine cannot do so.</summary>
    public static RouterNetwork Create()
    {
        var hosts = HostNetwork.Create();
        try
        {
            return new RouterNetwork(hosts);
        }
        catch
        {
            hosts.Dispose();
            throw;
        }
    }

    /// <summary>Removes the hosts.</summary>
    public void Dispose() => _hosts.Dispose();

    /// <summary>Connects a host to the router.</summary>
    private void Connect(string link, NetworkHost host, string gateway, params string[] addresses)
    {
        HostNetwork.Connect(Router, link, host, "uplink");
        Router.AddAddress($"{gateway}/24", link);
        foreach (string address in addresses)
        {
            host.AddAddress($"{address}/24", "uplink");
        }

        host.AddRoute("default", gateway);
    }
}
