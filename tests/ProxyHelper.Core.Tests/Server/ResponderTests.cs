using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Protocol;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>Tests a responder over UDP as smtp-gated uses it, with the real kernel.</summary>
public abstract class ResponderTests(TestPath path) : PathTests(path)
{
    private static readonly ListenOptions _options = Router.Options("194.0.1.1");

    [Fact]
    public void The_documented_query_gets_the_documented_reply() => WithResponder(_options, (responder, asker) =>
    {
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
        Assert.Equal(new ResponderCounts { [Outcome.Found] = 1 }, responder.Counts);
        Assert.Equal([Asker.Helper()], responder.UdpEndPoints);
    });

    [Fact]
    [Trait("Promise", "reply-at-once")]
    public void An_unknown_connection_is_answered_not_found() => WithResponder(_options, (responder, asker) =>
    {
        byte[] query = Datagrams.Query.With(24, 0, 1);
        Assert.Equal(Datagrams.NotFound.With(24, 0, 1), asker.Ask(query, Asker.Helper()));
        Assert.Equal(new ResponderCounts { [Outcome.NotFound] = 1 }, responder.Counts);
    });

    [Fact]
    public void A_query_about_the_original_direction_is_answered_not_found() =>
        WithResponder(_options, (responder, asker) =>
        {
            byte[] reply = asker.Ask(Router.OriginalDirection(), Asker.Helper());
            Assert.True(Reply.TryRead(reply, Datagrams.Cookie, out Reply read, out _));
            Assert.False(read.IsFound);
            Assert.Equal(1, responder.Counts[Outcome.NotFound]);
        });

    [Fact]
    [Trait("Promise", "silent-refusal")]
    public void Malformed_datagrams_are_counted_and_the_next_query_is_answered() =>
        WithResponder(_options, (responder, asker) =>
        {
            byte[][] malformed =
            [
                [], [0], QueryTests.Resize(Datagrams.Query, 65), QueryTests.Resize(Datagrams.Query, 67),
                QueryTests.Resize(Datagrams.Query, 128),
                QueryTests.Resize(Datagrams.Query, 129), QueryTests.Resize(Datagrams.Query, 1500), new byte[66],
                Datagrams.Query.With(0, 0x51),
                Datagrams.Query.With(12, 4, 3), Datagrams.Query.With(14, 0, 3), Datagrams.Found, Datagrams.NotFound,
            ];
            foreach (byte[] datagram in malformed)
            {
                asker.Send(datagram, Asker.Helper());
                // Another reply would arrive first.
                Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
            }

            Assert.False(asker.HasAnswer());
            Assert.Equal(
                new ResponderCounts { [Outcome.Found] = malformed.Length, [Outcome.Malformed] = malformed.Length },
                Router.CountsAfter(responder, 2 * malformed.Length));
        });

    [Fact]
    [Trait("Promise", "silent-refusal")]
    public void A_wrong_secret_gets_no_reply_and_a_reply_contains_no_secret() =>
        WithResponder(_options, Router.Rules with { Secret = 0xDEADBEEF }, (responder, asker) =>
        {
            asker.Send(Datagrams.Query, Asker.Helper());
            asker.Send(Datagrams.QueryWithSecret(0xDEADBEEE), Asker.Helper());
            asker.Send(Datagrams.QueryWithSecret(0xEFBEADDE), Asker.Helper());
            Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.QueryWithSecret(0xDEADBEEF), Asker.Helper()));
            Assert.False(asker.HasAnswer());
            Assert.Equal(new ResponderCounts { [Outcome.Found] = 1, [Outcome.WrongSecret] = 3 }, responder.Counts);
        });

    [Fact]
    public void A_secret_is_wrong_if_none_is_configured() => WithResponder(_options, (responder, asker) =>
    {
        asker.Send(Datagrams.QueryWithSecret(1), Asker.Helper());
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
        Assert.Equal(1, responder.Counts[Outcome.WrongSecret]);
    });

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("194.0.1.1", "194.0.1.2")]
    [InlineData("194.0.1.2", "194.0.1.1", "194.0.1.2")]
    [Trait("Promise", "same-address")]
    public void The_reply_comes_from_the_address_of_the_query(params string[] addresses) =>
        WithResponder(Router.Options(addresses), (responder, asker) =>
        {
            Assert.Equal(addresses.Distinct().Count(), responder.UdpEndPoints.Count);
            for (int round = 0; round < 5; round++)
            {
                Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper("194.0.1.1")));
                Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper("194.0.1.2")));
            }

            Assert.Equal(10, responder.Counts[Outcome.Found]);
        });

    [Fact]
    [Trait("Promise", "reply-at-once")]
    [Trait("Promise", "own-query")]
    public void Many_senders_get_replies_with_their_own_cookies() =>
        WithResponder(_options, (responder, asker) =>
        {
            Asker[] askers = [.. Enumerable.Range(0, 100).Select(_ => new Asker())];
            for (int i = 0; i < askers.Length; i++)
            {
                askers[i].Send(Datagrams.Query.With(4, 0, 0, 0, (byte)i), Asker.Helper());
            }

            for (int i = 0; i < askers.Length; i++)
            {
                Assert.Equal(Datagrams.Found.With(4, 0, 0, 0, (byte)i), askers[i].Receive(out _));
                askers[i].Dispose();
            }

            Assert.Equal(100, responder.Counts[Outcome.Found]);
        });

    [Theory]
    [InlineData(IdentFormat.Address, "10.1.1.1")]
    [InlineData(IdentFormat.Endpoint, "10.1.1.1:20000")]
    [InlineData(IdentFormat.None, "")]
    public void The_reply_contains_the_chosen_ident(IdentFormat format, string ident) =>
        WithResponder(_options with { Port = 1140 }, RulesWith(format), (responder, asker) =>
        {
            Assert.True(
                Reply.TryRead(
                    asker.Ask(Datagrams.Query, Asker.Helper(port: 1140)), Datagrams.Cookie, out Reply reply, out _));
            Assert.Equal((ident, 1), (reply.Ident, responder.Counts[Outcome.Found]));
        });

    [Fact]
    public void Every_datagram_is_counted_once() =>
        WithResponder(_options, Router.Rules with { Secret = 5 }, (responder, asker) =>
        {
            byte[] found = Datagrams.QueryWithSecret(5);
            byte[][] kinds = [found, Datagrams.QueryWithSecret(5).With(24, 0, 1), Datagrams.Query, [1, 2, 3]];
            var random = new Random(114);
            const int datagrams = 200;
            for (int i = 0; i < datagrams; i++)
            {
                asker.Send(kinds[random.Next(kinds.Length)], Asker.Helper());
            }

            asker.Send(found.With(4, 9, 9, 9, 9), Asker.Helper());
            while (!asker.Receive(out _).AsSpan(4, 4).SequenceEqual((ReadOnlySpan<byte>)[9, 9, 9, 9]))
            {
            }

            ResponderCounts counts = Router.CountsAfter(responder, datagrams + 1);
            Assert.Equal((datagrams + 1, datagrams + 1), (counts.Queries, counts.Queries));
            Assert.All(
                [counts[Outcome.Found], counts[Outcome.NotFound], counts[Outcome.Malformed], counts.Refused],
                count => Assert.InRange(count, 1, datagrams));
        });

    [Fact]
    public void The_failure_names_an_address_that_is_not_local() => Router.With(() =>
    {
        BindException failure = Assert.Throws<BindException>(
            () => Start(Router.Options("194.0.1.1", "203.0.113.5"), Router.Rules));
        Assert.Equal((Errno.EADDRNOTAVAIL, Asker.Helper("203.0.113.5")), (failure.Errno, failure.EndPoint));
        Start(_options, Router.Rules).Stop(); // the address that was bound is free again
    });

    [Fact]
    public void Without_CAP_NET_BIND_SERVICE_only_a_high_port_can_be_used() => Router.With(() =>
    {
        Capability.DropNetBindService();
        Assert.Equal(Errno.EACCES, Assert.Throws<BindException>(() => Start(_options, Router.Rules)).Errno);
        using Responder responder = Start(_options with { Port = 1140 }, Router.Rules);
        using var asker = new Asker();
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper(port: 1140)));
    });

    [Fact]
    public void Invalid_options_and_rules_are_rejected()
    {
        Assert.Throws<ArgumentException>(() => Start(_options with { Addresses = [] }, Router.Rules));
        Assert.Throws<ArgumentException>(
            () => Start(_options with { Addresses = [IPAddress.IPv6Loopback] }, Router.Rules));
        Assert.Throws<ArgumentException>(() => Start(_options with { Port = 0 }, Router.Rules));
        Assert.Throws<ArgumentException>(() => Start(_options with { Workers = 0 }, Router.Rules));
        Assert.Throws<ArgumentException>(() => Start(_options with { Workers = 65 }, Router.Rules));
        Assert.Throws<ArgumentException>(
            () => Start(_options, Router.Rules with { MaxQueriesPerSecond = -1 }));
        Assert.Throws<ArgumentException>(
            () => Start(_options, Router.Rules with { MaxQueueDelay = TimeSpan.Zero }));
        Assert.Throws<ArgumentException>(
            () => Start(_options, Router.Rules with { AllowedProxies = new EndPointPattern[501] }));
        Assert.Throws<ArgumentException>(
            () => Start(_options, Router.Rules with { TrustedClients = new EndPointPattern[501] }));
    }

    private static AnswerRules RulesWith(IdentFormat format) => Router.Rules with { IdentFormat = format };
}

/// <summary>Runs the tests with Linux's own sockets and the kernel as the source.</summary>
public sealed class ResponderOnKernelTests() : ResponderTests(TestPath.Kernel)
{
    [Fact]
    public void A_responder_without_CAP_NET_ADMIN_does_not_start() => Router.With(() =>
    {
        Capability.DropNetAdmin();
        NetlinkException failure =
            Assert.Throws<NetlinkException>(() => Start(Router.Options("194.0.1.1"), Router.Rules));
        Assert.Equal(Errno.EPERM, failure.Errno);
    });
}

/// <summary>Runs the tests with Linux's own sockets and a resolver as the source.</summary>
public sealed class ResponderOnResolverTests() : ResponderTests(TestPath.Resolver);

/// <summary>Runs the tests with the sockets of .NET and a resolver as the source.</summary>
public sealed class ResponderOnPortableTests() : ResponderTests(TestPath.Portable);
