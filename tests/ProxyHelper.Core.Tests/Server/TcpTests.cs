using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>Tests a responder over TCP as smtp-gated's mode remote uses it, with the real kernel.</summary>
public abstract class TcpTests(TestPath path) : PathTests(path)
{
    private static readonly ListenOptions _options = Router.Options("194.0.1.1") with
    {
        TcpPort = 114,
        MaxConnectionTime = TimeSpan.FromMinutes(2),
    };

    [Fact]
    [Trait("Promise", "correct-reply")]
    public void The_documented_line_gets_the_documented_reply() => WithResponder(_options, (responder, asker) =>
    {
        Assert.Equal(TcpAsker.Found, TcpAsker.Ask());
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
        Assert.Equal(TcpAsker.Found, TcpAsker.Ask("3527,9199\n"));
        Assert.Equal(new ResponderCounts { [Outcome.Found] = 3 }, responder.Counts);
        Assert.Equal([Asker.Helper()], responder.UdpEndPoints);
        Assert.Equal([Asker.Helper()], responder.TcpEndPoints);
        Assert.NotNull(responder.Latency(0.5));
    });

    [Theory]
    [InlineData("3526 , 9199\r\n", "3526 , 9199 : ERROR : NO-USER\r\n")]
    [InlineData("3527 , 9198\r\n", "3527 , 9198 : ERROR : NO-USER\r\n")]
    [InlineData("9199 , 3527\r\n", "9199 , 3527 : ERROR : NO-USER\r\n")]
    [Trait("Promise", "correct-reply")]
    [Trait("Promise", "reply-at-once")]
    public void An_unknown_connection_is_answered_at_once(string query, string answer) =>
        WithResponder(_options, (responder, _) =>
        {
            Assert.Equal(answer, TcpAsker.Ask(query));
            Assert.Equal(new ResponderCounts { [Outcome.NotFound] = 1 }, responder.Counts);
        });

    [Fact]
    [Trait("Promise", "own-connections")]
    [Trait("Promise", "tcp-access")]
    public void A_reply_is_only_about_connections_between_the_two_addresses() =>
        WithResponder(Router.Options("0.0.0.0") with { TcpPort = 114 }, (responder, _) =>
        {
            Assert.Equal(TcpAsker.NotFound, TcpAsker.Ask(address: "194.0.1.2"));
            Assert.Equal(TcpAsker.NotFound, TcpAsker.Ask(helper: "194.0.1.2"));
            Assert.Equal(TcpAsker.Found, TcpAsker.Ask());
            Assert.Equal(new ResponderCounts { [Outcome.Found] = 1, [Outcome.NotFound] = 2 }, responder.Counts);
        });

    [Theory]
    [InlineData("nonsense\r\n")]
    [InlineData("\n")]
    [InlineData("3527 , 0\r\n")]
    [InlineData("3527 , 65536\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: 194.0.1.1\r\n\r\n")]
    public void A_malformed_line_is_answered_counted_and_logged(string line) =>
        WithResponder(_options, (responder, _) =>
        {
            Assert.Equal(TcpAsker.Malformed, TcpAsker.Ask(line));
            Assert.Equal(new ResponderCounts { [Outcome.Malformed] = 1 }, responder.Counts);
            Assert.True(responder.Notices.TryRead(out ServerNotice? notice));
            Assert.Equal(
                (NoticeKind.Refusal, "Refused a malformed query from 194.0.22.9."), (notice.Kind, notice.Message));
        });

    [Fact]
    [Trait("Promise", "whole-tcp-reply")]
    public void A_client_that_sends_more_or_ends_after_its_line_is_answered() =>
        WithResponder(_options, (responder, _) =>
        {
            using var asker = new TcpAsker();
            asker.Send(TcpAsker.Query);
            asker.EndSending();
            Assert.Equal(TcpAsker.Found, asker.ReadToEnd());
            Assert.Equal(TcpAsker.Found, TcpAsker.Ask(TcpAsker.Query + new string('x', 20_000)));
            Assert.Equal(new ResponderCounts { [Outcome.Found] = 2 }, responder.Counts);
        });

    [Theory]
    [InlineData("")]
    [InlineData("3527 , 9199")]
    public void A_client_that_ends_within_its_line_gets_an_error(string beginning) =>
        WithResponder(_options, (responder, _) =>
        {
            using var asker = new TcpAsker();
            asker.Send(beginning);
            asker.EndSending();
            Assert.Equal(TcpAsker.Malformed, asker.ReadToEnd());
            Assert.Equal(new ResponderCounts { [Outcome.Malformed] = 1 }, responder.Counts);
        });

    [Fact]
    [Trait("Promise", "whole-tcp-reply")]
    public void A_line_may_arrive_byte_by_byte() => WithResponder(_options, (responder, _) =>
    {
        using var asker = new TcpAsker();
        foreach (char letter in TcpAsker.Query)
        {
            asker.Send($"{letter}");
        }

        Assert.Equal(TcpAsker.Found, asker.ReadToEnd());
        Assert.Equal(new ResponderCounts { [Outcome.Found] = 1 }, responder.Counts);
    });

    [Theory]
    [InlineData(IdentFormat.Endpoint, "10.1.1.1:20000")]
    [InlineData(IdentFormat.None, "-")]
    public void The_reply_contains_the_chosen_ident(IdentFormat format, string ident) =>
        WithResponder(_options, Router.Rules with { IdentFormat = format }, (_, _) =>
        Assert.Equal($"3527 , 9199 : ORIGIN : 4.1.1.2 : 25 : {ident}\r\n", TcpAsker.Ask()));

    [Fact]
    [Trait("Promise", "tcp-access")]
    public void A_sender_that_is_not_allowed_is_closed_counted_and_logged() =>
        WithResponder(_options, RulesFor("198.51.100.0/28") with { Secret = 7 }, (responder, _) =>
        {
            AddStrangers();
            Assert.Equal(string.Empty, TcpAsker.Ask(address: "198.51.100.99"));
            Assert.Equal(TcpAsker.NotFound, TcpAsker.Ask(address: "198.51.100.1")); // TCP has no secret
            Assert.Equal(TcpAsker.Found, TcpAsker.Ask()); // this host
            Assert.Equal(
                new ResponderCounts { [Outcome.Found] = 1, [Outcome.NotFound] = 1, [Outcome.NotAllowed] = 1 },
                responder.Counts);
            Assert.True(responder.Notices.TryRead(out ServerNotice? notice));
            Assert.Equal("Refused a query from 198.51.100.99, which is not an allowed proxy.", notice.Message);
        });

    [Fact]
    public void A_trusted_client_is_answered() =>
        WithResponder(_options, RulesFor("198.51.100.1", "198.51.100.2"), (_, _) =>
        {
            AddStrangers();
            Assert.Equal(TcpAsker.NotFound, TcpAsker.Ask(address: "198.51.100.2"));
        });

    [Fact]
    public void Queries_over_TCP_and_UDP_take_from_one_rate() =>
        WithResponder(_options, Router.Rules with { MaxQueriesPerSecond = 1 }, (responder, _) =>
        {
            AddStrangers();
            using var stranger = new Asker("198.51.100.1");
            for (int i = 0; i < 10; i++)
            {
                stranger.Send(Datagrams.Query.With(20, 198, 51, 100, 1), Asker.Helper());
            }

            Router.CountsAfter(responder, 10);
            int answered = Enumerable.Range(0, 20).Count(_ => TcpAsker.Ask(address: "198.51.100.1").Length > 0);
            ResponderCounts counts = responder.Counts;
            Assert.InRange(answered, 0, 19); // one query a second
            Assert.Equal(
                (30, 30, 0),
                (counts.Queries, counts[Outcome.NotFound] + counts[Outcome.TooOften], counts[Outcome.Found]));
            Assert.Equal(TcpAsker.Found, TcpAsker.Ask()); // this host has no rate limit
        });

    [Fact]
    public void A_TCP_port_in_use_is_reported_and_the_UDP_port_stays_free() => WithResponder(_options, (_, _) =>
    {
        ListenOptions other = _options with { Port = 1140 };
        BindException failure = Assert.Throws<BindException>(() => Start(other, Router.Rules));
        Assert.Equal(
            (Errno.EADDRINUSE, Asker.Helper(), IPProtocol.Tcp), (failure.Errno, failure.EndPoint, failure.Protocol));
        Start(other with { TcpPort = 1141 }, Router.Rules).Stop();
        Assert.Equal(TcpAsker.Found, TcpAsker.Ask());
    });

    private static AnswerRules RulesFor(string allowed, params string[] trusted) => Router.Rules with
    {
        AllowedProxies = [EndPointPattern.ParseAddresses(allowed)],
        TrustedClients = [.. trusted.Select(EndPointPattern.ParseAddresses)],
    };

    // The addresses are routed to this host but do not belong to it, so they do not count as local.
    private static void AddStrangers() => Tool.Run("ip", "route", "add", "local", "198.51.100.0/24", "dev", "lo");
}

/// <summary>Runs the tests with Linux's own sockets and the kernel as the source.</summary>
public sealed class TcpOnKernelTests() : TcpTests(TestPath.Kernel)
{
    [Fact]
    [Trait("Promise", "reply-at-once")]
    public void A_failed_look_up_is_not_answered_like_an_unknown_connection() => Router.With(() =>
    {
        ConntrackTable table = ConntrackTable.Open();
        using LinuxSocket listener = BoundSocket.Listen(Asker.Helper(), allowAbsentAddress: false);
        Capability.DropNetAdmin(); // the server's thread inherits the capabilities
        using var run = new TcpRun(listener, table, Router.Rules, TimeSpan.FromMinutes(2));
        Assert.Equal("3527 , 9199 : ERROR : UNKNOWN-ERROR\r\n", TcpAsker.Ask());
        Assert.Equal(
            new ResponderCounts { [Outcome.FailedLookup] = 1, [Outcome.TableReopening] = 1 }, run.Counters.Read());
        Assert.True(run.Journal.Reader.TryRead(out ServerNotice? notice));
        Assert.Contains("CAP_NET_ADMIN is missing", notice.Message, StringComparison.Ordinal);
    });

    [Fact]
    [Trait("Promise", "address-changes")]
    public void An_absent_address_is_served_when_it_appears() => NetworkNamespace.Run(
        () =>
        {
            ListenOptions options = Router.Options("194.0.1.1") with { TcpPort = 114, AllowAbsentAddresses = true };
            using Responder responder = Start(options, Router.Rules);
            Tool.Run("ip", "address", "add", "194.0.1.1/32", "dev", "lo");
            Assert.Equal(TcpAsker.NotFound, TcpAsker.Ask());
        },
        "194.0.22.9");
}

/// <summary>Runs the tests with Linux's own sockets and a resolver as the source.</summary>
public sealed class TcpOnResolverTests() : TcpTests(TestPath.Resolver);

/// <summary>Runs the tests with the sockets of .NET and a resolver as the source.</summary>
public sealed class TcpOnPortableTests() : TcpTests(TestPath.Portable);
