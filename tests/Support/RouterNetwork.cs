namespace ProxyHelper.TestSupport;

/// <summary>
/// The classic set-up on four hosts: users behind a router, which leads their mail into a proxy by two NAT rules, and a mail
/// server beyond it.
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

    /// <summary>194.0.1.1, and what is between the others.</summary>
    public NetworkHost Router { get; }

    /// <summary>10.1.1.1 to 10.1.1.4.</summary>
    public NetworkHost User { get; }

    /// <summary>194.0.22.9.</summary>
    public NetworkHost Proxy { get; }

    /// <summary>4.1.1.1.</summary>
    public NetworkHost Mail { get; }

    /// <summary>Lays out the hosts. Skips the running test if that cannot be done here.</summary>
    public static RouterNetwork Create()
    {
        Requirement.Root();
        Requirement.Tool("ip");
        Requirement.Tool("nft");
        var network = new RouterNetwork();
        try
        {
            network.LayOut();
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Removes the hosts, all of them also when one cannot be removed.</summary>
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

    private void LayOut()
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

    /// <summary>A cable from the router to a host.</summary>
    private void Connect(string link, NetworkHost host, string gateway, params string[] addresses)
    {
        Tool.Run("ip", "link", "add", link, "netns", Router.Name, "type", "veth", "peer", "name", "uplink", "netns", host.Name);
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
