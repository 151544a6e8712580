using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using Xunit;

namespace ProxyHelper.EndToEnd.ManyRouters;

/// <summary>Tests a router behind a router, with the rules and settings of docs/many-routers.md.</summary>
[Trait("Promise", "correct-reply")]
public sealed class RouterBehindRouterTests(PublishedDaemon daemon)
{
    private const string Inner = "10.9.0.2", Outer = "194.0.1.1", OuterOnLink = "194.0.22.251";

    private static readonly SetupSection _one = SetupSection.Read("One proxy, one router");
    private static readonly SetupSection _section = SetupSection.Read("A router behind a router");

    [Theory]
    [InlineData("nft")]
    [InlineData("sh")]
    public async Task The_outer_router_is_asked_and_names_the_ends_that_it_saw(string language)
    {
        using var setup = new DocumentedSetup();
        (SiteRouter site, NetworkHost inner) = Create(setup);
        _section.Rules(language).Load(inner);
        _one.Rules(language).Load(site.Host);
        QueryRules.Load(site, language);
        await site.StartHelperAsync(daemon, _one.HelperFile);

        GatedConnection[] connections = await setup.ConnectAsync(ports: 4);

        // The inner router knows which of its ends the outer router saw.
        Dictionary<(TransportEndPoint User, TransportEndPoint Server), TransportEndPoint> seen = inner.Run(
            () => ConntrackTable.Enumerate().Where(entry => entry.Protocol == IPProtocol.Tcp).ToDictionary(
                entry => (entry.OriginalSource, entry.OriginalDestination), entry => entry.TranslatedSource));
        Assert.All(seen.Values, source => Assert.Equal(Inner, source.Address));
        Assert.InRange(seen.Values.Distinct().Count(), 1, seen.Count - 1); // one end for several servers
        Assert.DoesNotContain(connections, one => one.IsNotFound);
        Assert.DoesNotContain(connections, one => !one.Names(seen[(one.User, one.Server)]));
        await setup.AssertAskedAsync(connections);
        SetupCheck.AssertPasses(site, setup.Proxies[0]);
    }

    [Fact]
    public async Task If_the_inner_router_does_not_translate_the_outer_router_knows_the_users()
    {
        using var setup = new DocumentedSetup();
        (SiteRouter site, _) = Create(setup);
        site.Host.AddRoute("10.1.1.0/24", Inner);
        _one.Rules("nft").Load(site.Host);
        await site.StartHelperAsync(daemon, _one.HelperFile);

        GatedConnection[] connections = await setup.ConnectAsync(ports: 4);

        await setup.AssertTrueAsync(connections);
    }

    [Fact]
    public async Task If_the_inner_router_does_DNAT_and_the_outer_router_does_SNAT_nothing_is_found()
    {
        using var setup = new DocumentedSetup();
        (SiteRouter site, NetworkHost inner) = Create(setup);
        _one.Rules("nft").With(Outer, Inner).Load(inner);
        _section.Rules("nft").With("\"outer\" masquerade", $"\"proxies\" snat to {Outer}").Load(site.Host);
        await site.StartHelperAsync(daemon, _one.HelperFile);

        GatedConnection[] connections = await setup.ConnectAsync(ports: 4);

        Assert.All(connections, connection => Assert.True(connection.IsNotFound, $"{connection}"));
        Assert.All(connections, connection => Assert.Equal(Outer, connection.Source.Address));
    }

    [Fact]
    public async Task If_the_inner_router_does_all_NAT_the_inner_router_is_asked()
    {
        using var setup = new DocumentedSetup();
        (SiteRouter outer, NetworkHost inner) = Create(setup);
        using var site = new SiteRouter("behind", inner, outer.Users, [Inner]);
        _one.Rules("nft").With(Outer, Inner).Load(inner);
        await site.StartHelperAsync(daemon, _one.HelperFile.Replace(Outer, Inner, StringComparison.Ordinal));

        GatedConnection[] connections = await setup.ConnectAsync(ports: 4);

        Assert.All(connections, connection => Assert.Equal(Inner, connection.Source.Address));
        Assert.All(connections, connection => Assert.True(connection.Names(connection.User), $"{connection}"));
    }

    /// <summary>
    /// Creates users, their inner router, the outer router and the proxy. No rules are loaded, and no helper runs.
    /// </summary>
    private static (SiteRouter Outer, NetworkHost Inner) Create(DocumentedSetup setup)
    {
        GatedProxy proxy = setup.AddProxy("194.0.22.9", _section.Gated);
        proxy.Host.AddRoute("default", OuterOnLink);
        NetworkHost outer = setup.AddRouterHost("outer", OuterOnLink, Outer), inner = setup.Hosts.AddRouter("inner");
        HostNetwork.Connect(inner, "outer", outer, "users");
        inner.AddAddress($"{Inner}/24", "outer");
        inner.AddRoute("default", "10.9.0.1");
        outer.AddAddress("10.9.0.1/24", "users");
        return (setup.AddSite("behind", outer, setup.AddUsers("behind", inner), [Outer]), inner);
    }
}
