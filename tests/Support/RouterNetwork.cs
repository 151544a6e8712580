namespace ProxyHelper.TestSupport;

/// <summary>
/// Represents the classic set-up on four hosts: users, a router that redirects their mail to a proxy by two NAT rules,
/// the proxy, and a mail server.
/// </summary>
internal sealed class RouterNetwork : IDisposable
{
    private static int _count;

    private readonly List<string> _namespaces = [];
    private readonly string _prefix = $"proxyhelper-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";

    private RouterNetwork()
    {
        Router = Add("router");
        User = Add("user");
        Proxy = Add("proxy");
        Mail = Add("mail");
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
        Requirement.Root();
        Requirement.Tool("ip");
        Requirement.Tool("nft");
        var network = new RouterNetwork();
        try
        {
            network.Build();
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Removes the hosts. If a host cannot be removed, the others are.</summary>
    public void Dispose()
    {
        var failures = new List<Exception>();
        foreach (string name in _namespaces)
        {
            try
            {
                Tool.Run("ip", "netns", "delete", name);
            }
            catch (InvalidOperationException failure)
            {
                failures.Add(failure);
            }
        }

        _namespaces.Clear();
        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }

    private NetworkHost Add(string role) => new($"{_prefix}-{role}");

    private void Build()
    {
        foreach (NetworkHost host in (NetworkHost[])[Router, User, Proxy, Mail])
        {
            Tool.Run("ip", "netns", "add", host.Name);
            _namespaces.Add(host.Name);
            Tool.Run("ip", "-n", host.Name, "link", "set", "lo", "up");
        }

        Router.AddAddress("194.0.1.1/32", "lo");
        Router.Configure("ipv4/ip_forward", "1");
        Connect("users", User, "10.1.1.254", "10.1.1.1", "10.1.1.2", "10.1.1.3", "10.1.1.4");
        Connect("proxies", Proxy, "194.0.22.254", "194.0.22.9");
        Connect("internet", Mail, "4.1.1.254", "4.1.1.1");
        Router.Run(() => Tool.Run("nft", RouterFixture.NatRules));
    }

    /// <summary>Connects a host to the router.</summary>
    private void Connect(string link, NetworkHost host, string gateway, params string[] addresses)
    {
        string[] peer = ["peer", "name", "uplink", "netns", host.Name];
        Tool.Run("ip", ["link", "add", link, "netns", Router.Name, "type", "veth", .. peer]);
        foreach (string address in addresses)
        {
            host.AddAddress($"{address}/24", "uplink");
        }

        Router.AddAddress($"{gateway}/24", link);
        Tool.Run("ip", "-n", host.Name, "link", "set", "uplink", "up");
        Tool.Run("ip", "-n", Router.Name, "link", "set", link, "up");
        Tool.Run("ip", "-n", host.Name, "route", "add", "default", "via", gateway);
    }
}
