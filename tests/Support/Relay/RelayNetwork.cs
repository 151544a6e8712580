namespace ProxyHelper.TestSupport.Relay;

/// <summary>
/// Represents the set-up of a relay on four hosts: two users, a router that redirects their connections to the ports 80
/// and 443 to a relay, the proxy's host with the relay, and the host of two servers.
/// </summary>
internal sealed class RelayNetwork : IDisposable
{
    /// <summary>
    /// The rules of docs/relay.md: web connections of the users go to the relay, which sees the router as their source.
    /// A source port is kept if it is free; of two users with the same port, NAT changes one.
    /// </summary>
    public const string NatRules = """
        table ip web_gateway {
            chain prerouting {
                type nat hook prerouting priority dstnat;
                iifname "users" tcp dport { 80, 443 } dnat to 194.0.22.9:9199
            }
            chain postrouting {
                type nat hook postrouting priority srcnat;
                ip daddr 194.0.22.9 tcp dport 9199 snat to 194.0.1.1
            }
        }
        """;

    private readonly HostNetwork _hosts;

    private RelayNetwork(HostNetwork hosts, string rules)
    {
        _hosts = hosts;
        Router = hosts.AddRouter("router");
        Users = hosts.AddHost("users");
        Proxy = hosts.AddHost("proxy");
        Servers = hosts.AddHost("servers");
        Router.AddAddress($"{RouterAddress}/32", "lo");
        Connect("users", Users, "10.1.1.254", UserAddresses);
        Connect("proxies", Proxy, "194.0.22.254", [ProxyAddress]);
        Connect("internet", Servers, "4.1.1.254", [.. ServerAddresses, DnsAddress]);
        Router.LoadRules(rules);
    }

    /// <summary>Gets the address of the router, where its helper answers.</summary>
    public static string RouterAddress => "194.0.1.1";

    /// <summary>Gets the address of the proxy's host.</summary>
    public static string ProxyAddress => "194.0.22.9";

    /// <summary>Gets the address and port that the relay listens on.</summary>
    public static string RelayEndPoint => "194.0.22.9:9199";

    /// <summary>Gets the addresses of the two users.</summary>
    public static IReadOnlyList<string> UserAddresses { get; } = ["10.1.1.1", "10.1.1.2"];

    /// <summary>Gets the addresses of the two servers.</summary>
    public static IReadOnlyList<string> ServerAddresses { get; } = ["4.1.1.1", "4.1.1.2"];

    /// <summary>Gets the address of the name server, which is on the host of the servers.</summary>
    public static string DnsAddress => "4.1.1.53";

    /// <summary>Gets the router, which connects the other hosts.</summary>
    public NetworkHost Router { get; }

    /// <summary>Gets the host of the users.</summary>
    public NetworkHost Users { get; }

    /// <summary>Gets the host of the relay and of the proxy behind the relay.</summary>
    public NetworkHost Proxy { get; }

    /// <summary>Gets the host of the servers.</summary>
    public NetworkHost Servers { get; }

    /// <summary>Creates the hosts. Skips the running test if this machine cannot do so.</summary>
    public static RelayNetwork Create() => Create(NatRules);

    /// <summary>Creates the hosts with other NAT rules on the router.</summary>
    public static RelayNetwork Create(string rules)
    {
        var hosts = HostNetwork.Create();
        try
        {
            return new RelayNetwork(hosts, rules);
        }
        catch
        {
            hosts.Dispose();
            throw;
        }
    }

    /// <summary>Kills the programs that still run on the hosts, and removes the hosts.</summary>
    public void Dispose() => _hosts.Dispose();

    /// <summary>Connects a host to the router.</summary>
    private void Connect(string link, NetworkHost host, string gateway, IReadOnlyList<string> addresses)
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
