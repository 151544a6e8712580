using System.Threading.Channels;
using Xunit;

namespace ProxyHelper.EndToEnd.ManyRouters;

/// <summary>
/// Represents routers with users, and proxies on one network, as docs/many-routers.md describes them. A router has
/// 10.1.1.254 on the device "users" and reaches the proxies by the device "proxies".
/// </summary>
internal sealed class DocumentedSetup : IDisposable
{
    private const int Connections = 500;

    private readonly NetworkHost _link;
    private readonly List<GatedProxy> _proxies = [];
    private readonly List<SiteRouter> _routers = [];

    public DocumentedSetup()
    {
        _link = Hosts.AddSwitch("link");
    }

    /// <summary>Gets the hosts, to which a test can add others.</summary>
    public HostNetwork Hosts { get; } = HostNetwork.Create();

    /// <summary>Gets the proxies.</summary>
    public IReadOnlyList<GatedProxy> Proxies => _proxies;

    /// <summary>Adds a proxy, which has no routes to the routers.</summary>
    public GatedProxy AddProxy(string address, GatedSettings settings)
    {
        NetworkHost host = Hosts.AddHost($"proxy-{address}");
        Hosts.Plug(host, "uplink", _link);
        host.AddAddress($"{address}/24", "uplink");
        var proxy = new GatedProxy(host, address, settings);
        _proxies.Add(proxy);
        return proxy;
    }

    /// <summary>Adds a router and its users.</summary>
    /// <param name="name">The name of the users' network.</param>
    /// <param name="onLink">The address of the router on the network of the proxies.</param>
    /// <param name="addresses">The addresses that the router translates the source to.</param>
    public SiteRouter AddRouter(string name, string onLink, params string[] addresses)
    {
        NetworkHost router = AddRouterHost($"router-{name}", onLink, addresses);
        return AddSite(name, router, AddUsers(name, router), addresses);
    }

    /// <summary>Adds a router to the network of the proxies, without users.</summary>
    public NetworkHost AddRouterHost(string role, string onLink, params string[] addresses)
    {
        NetworkHost router = Hosts.AddRouter(role);
        Hosts.Plug(router, "proxies", _link);
        router.AddAddress($"{onLink}/24", "proxies");
        foreach (string address in addresses)
        {
            router.AddAddress($"{address}/32", "lo");
        }

        return router;
    }

    /// <summary>Adds the host of all users of a network and connects it to the router.</summary>
    public NetworkHost AddUsers(string name, NetworkHost router)
    {
        NetworkHost users = Hosts.AddHost($"users-{name}");
        HostNetwork.Connect(router, "users", users, "uplink");
        router.AddAddress("10.1.1.254/24", "users");
        users.AddAddress("10.1.1.1/24", "uplink");
        users.AddAddresses("10.1.1.0/25");
        users.AddAddresses("10.1.1.128/26");
        users.AddRoute("default", "10.1.1.254");
        return users;
    }

    /// <summary>Adds users, together with the router that the proxies ask about them.</summary>
    public SiteRouter AddSite(string name, NetworkHost router, NetworkHost users, string[] addresses)
    {
        var site = new SiteRouter(name, router, users, addresses);
        _routers.Add(site);
        return site;
    }

    /// <summary>
    /// Opens 500 connections from all networks at the same time and returns what the proxies learned about them. The
    /// users of network number 1 call servers in 4.1.1.0/24, those of number 2 in 4.1.2.0/24.
    /// </summary>
    public async Task<GatedConnection[]> ConnectAsync(int ports)
    {
        var accepted = Channel.CreateUnbounded<GatedConnection>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Patience.Token());
        Task[] accepting = [.. _proxies.Select(proxy => proxy.AcceptAsync(accepted.Writer, end.Token))];
        Task[] calling = [.. _routers.Select((router, number) =>
            router.ConnectAsync(Connections / _routers.Count, ports, $"4.1.{number + 1}"))];
        var connections = new List<GatedConnection>();
        while (connections.Count < Connections)
        {
            connections.Add(await accepted.Reader.ReadAsync(end.Token));
        }

        await Task.WhenAll(calling);
        await end.CancelAsync();
        await Task.WhenAll(accepting);
        AssertAreMany([.. connections]);
        return [.. connections];
    }

    /// <summary>Checks that each reply is the truth, and that each helper found what it was asked about.</summary>
    public async Task AssertTrueAsync(GatedConnection[] connections)
    {
        Assert.DoesNotContain(connections, connection => connection.IsNotFound);
        Assert.DoesNotContain(connections, connection => !connection.Names(connection.User));
        await AssertAskedAsync(connections);
    }

    /// <summary>Checks that the proxies asked the router that did the SNAT, and that its helper found all.</summary>
    public async Task AssertAskedAsync(GatedConnection[] connections)
    {
        foreach (SiteRouter router in _routers)
        {
            GatedConnection[] own = [.. connections.Where(connection => connection.Network == router.Name)];
            Assert.All(own, connection => Assert.Contains(connection.Source.Address, router.Addresses));
            await router.AwaitCountsAsync(found: own.Length);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _routers.ForEach(router => router.Dispose());
        _proxies.ForEach(proxy => proxy.Dispose());
        Hosts.Dispose();
    }

    /// <summary>
    /// Checks that there are 500 connections of many users on equal ports, that each network has its part of them, and
    /// that NAT changed most ports.
    /// </summary>
    private void AssertAreMany(GatedConnection[] connections)
    {
        Assert.Equal(Connections, connections.Select(one => (one.Source, one.Destination)).Distinct().Count());
        foreach (SiteRouter router in _routers)
        {
            GatedConnection[] own = [.. connections.Where(connection => connection.Network == router.Name)];
            Assert.Equal(Connections / _routers.Count, own.Length);
            Assert.All(own.GroupBy(one => one.User.Port), users => Assert.InRange(users.Count(), 80, 125));
            Assert.InRange(own.Count(one => one.Source.Port != one.User.Port), 230, own.Length);
        }
    }
}
