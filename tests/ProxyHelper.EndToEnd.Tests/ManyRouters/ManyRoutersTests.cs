using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using Xunit;

namespace ProxyHelper.EndToEnd.ManyRouters;

/// <summary>
/// Tests the set-ups of docs/many-routers.md with their rules and settings. Users on equal source ports open 500
/// connections, and each reply of a helper must agree with what the user sent over the connection.
/// </summary>
[Trait("Promise", "correct-reply")]
public sealed class ManyRoutersTests(PublishedDaemon daemon)
{
    private const string Nft = "nft", Iptables = "sh";
    private const string ProxyPage = "docs/proxy.md";
    private const string A = "194.0.1.1", B = "194.0.2.1", SecondOfA = "194.0.1.2"; // routers
    private const string AOnLink = "194.0.22.251", BOnLink = "194.0.22.252";
    private const string First = "194.0.22.9", Second = "194.0.22.10"; // proxies

    [Theory]
    [InlineData(Nft)]
    [InlineData(Iptables)]
    public async Task One_proxy_and_one_router(string language)
    {
        var section = SetupSection.Read("One proxy, one router");
        using var setup = new DocumentedSetup();
        GatedProxy proxy = AddProxy(setup, First, section.Gated, language);
        SiteRouter router = setup.AddRouter("a", AOnLink, A);
        await ServeAsync(router, section.Rules(language), section.HelperFile);

        GatedConnection[] connections = await setup.ConnectAsync(ports: 4);

        await setup.AssertTrueAsync(connections);
        SetupCheck.AssertPasses(router, proxy);
    }

    [Theory]
    [InlineData(Nft)]
    [InlineData(Iptables)]
    public async Task Many_proxies_and_one_router(string language)
    {
        var section = SetupSection.Read("Many proxies, one router");
        using var setup = new DocumentedSetup();
        GatedProxy first = AddProxy(setup, First, section.Gated, language);
        GatedProxy second = AddProxy(setup, Second, section.Gated, language);
        SiteRouter router = setup.AddRouter("a", AOnLink, A);
        await ServeAsync(router, section.Rules(language), section.HelperFile, hasTwoProxies: true);

        GatedConnection[] connections = await setup.ConnectAsync(ports: 4);

        await setup.AssertTrueAsync(connections);
        AssertAreShared(connections);
        await AssertLearnsNothingAsync(first, connections);
        await AssertLearnsNothingAsync(second, connections);
        await router.AwaitCountsAsync(found: 502, notFound: 40, refused: 2);
        SetupCheck.AssertPasses(router, first);
        SetupCheck.AssertPasses(router, second);
    }

    [Theory]
    [InlineData(Nft)]
    [InlineData(Iptables)]
    public async Task One_proxy_and_many_routers(string language)
    {
        var one = SetupSection.Read("One proxy, one router");
        var many = SetupSection.Read("One proxy, many routers");
        using var setup = new DocumentedSetup();
        GatedProxy proxy = AddProxyOfBoth(setup, First, language);
        SiteRouter a = setup.AddRouter("a", AOnLink, A), b = setup.AddRouter("b", BOnLink, B);
        await ServeAsync(a, one.Rules(language), one.HelperFile);
        await ServeAsync(b, one.Rules(language).With(A, B), many.HelperFile);
        NetworkHost stranger = setup.AddRouterHost("stranger", "194.0.22.99");
        using Socket unwanted = stranger.OpenSocket(IPEndPoint.Parse("194.0.22.99:0"), SocketType.Stream);
        ValueTask attempt = unwanted.ConnectAsync(IPEndPoint.Parse($"{First}:9199"), Patience.Token());

        GatedConnection[] connections = await setup.ConnectAsync(ports: 3);

        Assert.False(attempt.IsCompleted); // the firewall of the proxy lets only the routers in
        await setup.AssertTrueAsync(connections);
        AssertHaveEqualAddresses(connections);
        Assert.Equal(6, proxy.ConnectionsByIdent.Values.Max()); // three connections of each of two users
        await AssertUnknownAsync(proxy, connections, b);
        SetupCheck.AssertPasses(a, proxy);
        SetupCheck.AssertPasses(b, proxy);
    }

    [Theory]
    [InlineData(Nft)]
    [InlineData(Iptables)]
    public async Task Many_proxies_and_many_routers(string language)
    {
        var one = SetupSection.Read("Many proxies, one router");
        var many = SetupSection.Read("Many proxies, many routers");
        using var setup = new DocumentedSetup();
        AddProxyOfBoth(setup, First, language);
        AddProxyOfBoth(setup, Second, language);
        SiteRouter a = setup.AddRouter("a", AOnLink, A), b = setup.AddRouter("b", BOnLink, B);
        await ServeAsync(a, one.Rules(language), one.HelperFile, hasTwoProxies: true);
        await ServeAsync(b, one.Rules(language).With(A, B), many.HelperFile, hasTwoProxies: true);

        GatedConnection[] connections = await setup.ConnectAsync(ports: 3);

        await setup.AssertTrueAsync(connections);
        AssertHaveEqualAddresses(connections);
        AssertAreShared(connections);
        Assert.Equal(4, connections.Select(one => (one.Network, one.Destination)).Distinct().Count());
        foreach (GatedProxy proxy in setup.Proxies)
        {
            SetupCheck.AssertPasses(a, proxy);
            SetupCheck.AssertPasses(b, proxy);
        }
    }

    [Theory]
    [InlineData(Nft, false)]
    [InlineData(Iptables, false)]
    [InlineData(Nft, true)]
    public async Task Several_SNAT_addresses_on_one_router(string language, bool onAllAddresses)
    {
        var section = SetupSection.Read("Several SNAT addresses on one router");
        using var setup = new DocumentedSetup();
        GatedProxy proxy = setup.AddProxy(First, section.Gated);
        proxy.Host.AddRoute("default", AOnLink);
        SiteRouter router = setup.AddRouter("a", AOnLink, A, SecondOfA);
        string file = section.HelperFile;
        await ServeAsync(router, section.Rules(language), !onAllAddresses ? file
            : file.Replace($"address = {A}\naddress = {SecondOfA}\n", "address = 0.0.0.0\n", StringComparison.Ordinal));
        Assert.Equal(onAllAddresses, router.Helper.Output.Contains("UDP 0.0.0.0:114", StringComparison.Ordinal));

        GatedConnection[] connections = await setup.ConnectAsync(ports: 4);

        await setup.AssertTrueAsync(connections);
        Assert.Equal([A, SecondOfA], connections.Select(one => one.Source.Address).Distinct().Order());
        Assert.All(connections.GroupBy(one => one.User.Address), user =>
            Assert.Single(user.Select(one => one.Source.Address).Distinct()));
        foreach (string address in router.Addresses)
        {
            GatedConnection connection = connections.First(one => one.Source.Address == address);
            using Socket socket = proxy.OpenSocket(address); // receives nothing from another address
            Assert.Equal(connection.Reply, await DaemonOnRouter.ExchangeAsync(socket, connection.Query));
        }

        SetupCheck.AssertPasses(router, proxy, "SNAT rule");
    }

    /// <summary>Adds a proxy that reaches all routers through router A and lets only this router in.</summary>
    private static GatedProxy AddProxy(
        DocumentedSetup setup, string address, GatedSettings settings, string language)
    {
        GatedProxy proxy = setup.AddProxy(address, settings);
        proxy.Host.AddRoute("default", AOnLink);
        DocumentedRules.Read(ProxyPage, language, FirewallWords(language)).Load(proxy.Host);
        return proxy;
    }

    /// <summary>Adds a proxy with the routes, the firewall and the settings for routers A and B.</summary>
    private static GatedProxy AddProxyOfBoth(DocumentedSetup setup, string address, string language)
    {
        var section = SetupSection.Read("One proxy, many routers");
        GatedProxy proxy = setup.AddProxy(address, section.Gated);
        section.Rules("sh", "ip route").Load(proxy.Host);
        section.Rules(language, FirewallWords(language)).Load(proxy.Host);
        return proxy;
    }

    /// <summary>Returns words that only the block with the firewall of a proxy contains.</summary>
    private static string FirewallWords(string language) => language == Nft ? "smtp_gated" : "-A INPUT";

    /// <summary>Loads the NAT rules and the rules for queries on a router, and starts its helper.</summary>
    private async Task ServeAsync(
        SiteRouter router, DocumentedRules rules, string helperFile, bool hasTwoProxies = false)
    {
        rules.Load(router.Host);
        QueryRules.Load(router, rules.Language, hasTwoProxies);
        await router.StartHelperAsync(daemon, helperFile);
    }

    /// <summary>Checks that both proxies got many connections, and that each user has one proxy.</summary>
    private static void AssertAreShared(GatedConnection[] connections)
    {
        Assert.All(
            (string[])[First, Second],
            proxy => Assert.InRange(connections.Count(one => one.Destination.Address == proxy), 150, 350));
        Assert.All(connections.GroupBy(one => one.User.Address), user =>
            Assert.Single(user.Select(one => one.Destination).Distinct()));
    }

    /// <summary>Checks that users of both networks have the same addresses and ports.</summary>
    private static void AssertHaveEqualAddresses(GatedConnection[] connections) =>
        Assert.All(connections.GroupBy(one => one.User), user =>
            Assert.Equal(["a", "b"], user.Select(one => one.Network).Order()));

    /// <summary>
    /// Checks that a proxy learns nothing about the connections of the other proxy: "not found" about a source that
    /// only the other proxy knows, and no reply about the other proxy itself.
    /// </summary>
    private static async Task AssertLearnsNothingAsync(GatedProxy proxy, GatedConnection[] connections)
    {
        ILookup<bool, GatedConnection> isOwn = connections.ToLookup(one => one.Destination.Address == proxy.Address);
        GatedConnection own = isOwn[true].First(), other = isOwn[false].First();
        IEnumerable<TransportEndPoint> unknown =
            isOwn[false].Select(one => one.Source).Except(isOwn[true].Select(one => one.Source));
        foreach (TransportEndPoint source in unknown.Take(20))
        {
            byte[] reply = await SmtpGated.QueryUdpAsync(proxy.Host, source, own.Destination);
            Assert.Equal(0x22, reply[15]);
        }

        using Socket socket = proxy.OpenSocket(A);
        await socket.SendAsync(other.Query, Patience.Token());
        Assert.Equal(own.Reply, await DaemonOnRouter.ExchangeAsync(socket, own.Query));
    }

    /// <summary>Checks that a router does not know the connections of the other router.</summary>
    private static async Task AssertUnknownAsync(GatedProxy proxy, GatedConnection[] connections, SiteRouter other)
    {
        foreach (GatedConnection connection in connections.Where(one => one.Network != other.Name).Take(20))
        {
            using Socket socket = proxy.OpenSocket(other.Addresses[0]);
            byte[] reply = await DaemonOnRouter.ExchangeAsync(socket, connection.Query);
            Assert.Equal(0x22, reply[15]);
        }
    }
}
