using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Netlink;
using ProxyHelper.Protocol;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Access;

/// <summary>Tests who gets a reply, on a host with the address 194.0.1.1.</summary>
public sealed class AdmissionTests
{
    private const uint Secret = 7;
    private const string Proxy = "194.0.22.9";

    private static readonly TimeSpan _age = TimeSpan.Zero;

    [Theory]
    [InlineData(Proxy, Proxy, Secret, "", "", null)] // about its own connection
    [InlineData(Proxy, "194.0.22.8", Secret, "", "", Outcome.NotItsOwn)]
    [InlineData(Proxy, Proxy, Secret + 1, "", "", Outcome.WrongSecret)]
    [InlineData(Proxy, Proxy, 0, "", "", Outcome.WrongSecret)]
    [InlineData(Proxy, Proxy, Secret, Proxy, "", null)]
    [InlineData(Proxy, Proxy, Secret, "10.0.0.0/8 194.0.22.0/24", "", null)]
    [InlineData(Proxy, "194.0.22.8", Secret, Proxy, "", Outcome.NotItsOwn)] // an allowed proxy, but not its own
    [InlineData(Proxy, Proxy, Secret, "10.0.0.0/8", "", Outcome.NotAllowed)]
    [InlineData(Proxy, "194.0.22.8", Secret, "10.0.0.0/8", "", Outcome.NotAllowed)]
    [InlineData(Proxy, "194.0.22.8", Secret, "", Proxy, null)] // a trusted client asks about any connection
    [InlineData(Proxy, "194.0.22.8", Secret, "10.0.0.0/8", "194.0.22.0/24", null)] // and is not an allowed proxy
    [InlineData(Proxy, "194.0.22.8", Secret + 1, "", Proxy, Outcome.WrongSecret)]
    [InlineData("194.0.1.1", Proxy, Secret, "10.0.0.0/8", "", null)] // this host asks about any connection
    [InlineData("127.0.0.1", Proxy, Secret, "10.0.0.0/8", "", null)]
    [InlineData("194.0.1.1", Proxy, Secret + 1, "", "", Outcome.WrongSecret)]
    [InlineData("127.0.0.1", Proxy, Secret + 1, "", "", Outcome.WrongSecret)]
    [InlineData(Proxy, "194.0.22.8", Secret + 1, "", "", Outcome.NotItsOwn)] // access is checked before the secret
    [InlineData(Proxy, Proxy, Secret + 1, "10.0.0.0/8", "", Outcome.NotAllowed)]
    [Trait("Promise", "own-connections")]
    [Trait("Promise", "allowed-proxies")]
    public void The_sender_the_connection_and_the_secret_decide(
        string sender, string about, uint secret, string allowed, string trusted, Outcome? outcome) =>
        NetworkNamespace.Run(
            () =>
            {
                using LocalAddresses own = LocalAddresses.Open();
                Admission admission = Make(Rules(allowed, trusted), own, limiter: null);
                Assert.Equal(
                    outcome,
                    admission.FindRefusal(Query(about, secret), IPv4Address.Parse(sender), _age, out _));
            },
            "194.0.1.1");

    [Fact]
    public void A_malformed_datagram_is_malformed_for_every_sender() => NetworkNamespace.Run(() =>
    {
        using LocalAddresses own = LocalAddresses.Open();
        Admission admission = Make(Rules("10.0.0.0/8", string.Empty), own, limiter: null);
        Assert.Equal(
            Outcome.Malformed, admission.FindRefusal(new byte[66], IPv4Address.Parse(Proxy), _age, out _));
    });

    [Fact]
    public void Only_the_sender_that_exceeds_its_rate_is_refused() => NetworkNamespace.Run(
        () =>
        {
            using LocalAddresses own = LocalAddresses.Open();
            Admission admission = Make(Rules(string.Empty, "10.1.1.1"), own, new RateLimiter(3));
            Outcome? Ask(string sender) => admission.FindRefusal(
                Query(sender, Secret), IPv4Address.Parse(sender), _age, out _);

            Assert.Equal([null, null, null, Outcome.TooOften], [Ask(Proxy), Ask(Proxy), Ask(Proxy), Ask(Proxy)]);
            // A trusted client has a rate limit.
            Assert.Equal(
                [null, null, null, Outcome.TooOften],
                [Ask("10.1.1.1"), Ask("10.1.1.1"), Ask("10.1.1.1"), Ask("10.1.1.1")]);
            Assert.All(Enumerable.Repeat("194.0.1.1", 10), sender => Assert.Null(Ask(sender)));
        },
        "194.0.1.1");

    [Fact]
    public void A_refused_query_takes_no_token() => NetworkNamespace.Run(() =>
    {
        using LocalAddresses own = LocalAddresses.Open();
        Admission admission = Make(Rules(string.Empty, string.Empty), own, new RateLimiter(1));
        var sender = IPv4Address.Parse(Proxy);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(
                Outcome.WrongSecret, admission.FindRefusal(Query(Proxy, Secret + 1), sender, _age, out _));
            Assert.Equal(
                Outcome.NotItsOwn, admission.FindRefusal(Query("194.0.22.8", Secret), sender, _age, out _));
            Assert.Equal(
                Outcome.Late, admission.FindRefusal(Query(Proxy, Secret), sender, TimeSpan.FromMinutes(2), out _));
        }

        Assert.Null(admission.FindRefusal(Query(Proxy, Secret), sender, _age, out _));
    });

    [Theory]
    [InlineData(0, false)]
    [InlineData(60_000, false)]
    [InlineData(60_001, true)]
    [InlineData(3_600_000, true)] // such as after a suspend
    [InlineData(-1, true)] // the age is unknown
    public void A_query_is_late_after_the_limit_or_if_its_age_is_unknown(int milliseconds, bool isLate) =>
        NetworkNamespace.Run(() =>
        {
            using LocalAddresses own = LocalAddresses.Open();
            Admission admission = Make(Rules(string.Empty, string.Empty), own, limiter: null);
            Assert.Equal(isLate, admission.IsLate(TimeSpan.FromMilliseconds(milliseconds)));
        });

    [Fact]
    public void Access_is_checked_before_the_age() => NetworkNamespace.Run(() =>
    {
        using LocalAddresses own = LocalAddresses.Open();
        Admission admission = Make(Rules(string.Empty, string.Empty), own, limiter: null);
        Outcome? Ask(string about, uint secret) => admission.FindRefusal(
            Query(about, secret), IPv4Address.Parse(Proxy), TimeSpan.FromMinutes(2), out _);
        Assert.Equal(
            [Outcome.NotItsOwn, Outcome.WrongSecret, Outcome.Late],
            [Ask("194.0.22.8", Secret), Ask(Proxy, Secret + 1), Ask(Proxy, Secret)]);
    });

    private static Admission Make(AnswerRules rules, LocalAddresses own, RateLimiter? limiter)
    {
        var admission = new Admission(
            new AccessRules(rules.Secret, rules.AllowedProxies, rules.TrustedClients, own),
            limiter,
            rules.MaxQueueDelay);
        admission.BeginBatch(TimeSpan.FromDays(3));
        return admission;
    }

    private static AnswerRules Rules(string allowed, string trusted) => new()
    {
        Secret = Secret,
        AllowedProxies = Prefixes(allowed),
        TrustedClients = Prefixes(trusted),
        MaxQueueDelay = TimeSpan.FromMinutes(1), // so that no query is late on a busy host
    };

    private static EndPointPattern[] Prefixes(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(EndPointPattern.ParseAddresses)];

    private static byte[] Query(string about, uint secret)
    {
        byte[] datagram = new byte[66];
        new Query(
            1,
            secret,
            TransportEndPoint.Parse("194.0.1.1:3527"),
            TransportEndPoint.Parse($"{about}:9199")).Write(datagram);
        return datagram;
    }
}
