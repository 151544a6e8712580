using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>Tests the effects of options and rules.</summary>
public sealed class ListenOptionsTests
{
    private static readonly ListenOptions _options = Router.Options("194.0.1.1");

    [Fact]
    public void Several_workers_answer_each_query_once_and_correctly() =>
        Router.WithResponder(_options with { Workers = 3 }, (responder, asker) =>
        {
            for (int i = 0; i < 300; i++)
            {
                byte[] other = Datagrams.Query.With(24, (byte)(i >> 8), (byte)i); // another port, so another worker
                Assert.Equal(Datagrams.NotFound.With(24, (byte)(i >> 8), (byte)i), asker.Ask(other, Asker.Helper()));
                Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
            }

            Assert.False(asker.HasAnswer());
            Assert.Equal(new ResponderCounts { [Outcome.Found] = 300, [Outcome.NotFound] = 300 }, responder.Counts);
        });

    [Fact]
    [Trait("Promise", "own-query")]
    public void Several_workers_answer_many_senders_with_their_own_cookies() =>
        Router.WithResponder(_options with { Workers = 3 }, (responder, _) =>
        {
            Asker[] askers = [.. Enumerable.Range(0, 8).Select(_ => new Asker())];
            Parallel.For(0, askers.Length, number =>
            {
                for (byte i = 0; i < 100; i++)
                {
                    byte[] cookie = [0, 0, (byte)number, i];
                    byte[] other = Datagrams.Query.With(24, (byte)number, i).With(4, cookie);
                    Assert.Equal(
                        Datagrams.NotFound.With(24, (byte)number, i).With(4, cookie),
                        askers[number].Ask(other, Asker.Helper()));
                    Assert.Equal(
                        Datagrams.Found.With(4, cookie),
                        askers[number].Ask(Datagrams.Query.With(4, cookie), Asker.Helper()));
                }
            });
            Array.ForEach(askers, asker => asker.Dispose());
            Assert.Equal(new ResponderCounts { [Outcome.Found] = 800, [Outcome.NotFound] = 800 }, responder.Counts);
        });

    [Fact]
    public void Defaults_are_those_of_the_manual()
    {
        var options = new ListenOptions { Addresses = _options.Addresses };
        var rules = new AnswerRules();
        Assert.Equal(
            (114, 0, 1, false), (options.Port, options.TcpPort, options.Workers, options.AllowAbsentAddresses));
        Assert.Equal((0u, IdentFormat.Address, false), (rules.Secret, rules.IdentFormat, rules.LogQueries));
        Assert.Equal((10_000, TimeSpan.FromSeconds(1)), (rules.MaxQueriesPerSecond, rules.MaxQueueDelay));
        Assert.Equal(([], []), (rules.AllowedProxies, rules.TrustedClients));
        options.Validate();
        rules.Validate();
    }

    [Fact]
    [Trait("Promise", "one-helper-per-port")]
    public void A_second_responder_cannot_share_the_port_of_several_workers() =>
        Router.WithResponder(_options with { Workers = 2 }, (_, asker) =>
        {
            Assert.Equal(
                Errno.EADDRINUSE,
                Assert.Throws<BindException>(() => Responder.Start(_options with { Workers = 2 }, Router.Rules)).Errno);
            Assert.Equal(
                Errno.EADDRINUSE, Assert.Throws<BindException>(() => Responder.Start(_options, Router.Rules)).Errno);
            Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
        });

    [Fact]
    [Trait("Promise", "address-changes")]
    public void An_absent_address_is_served_each_time_it_appears() => NetworkNamespace.Run(
        () =>
        {
            Assert.Equal(
                Errno.EADDRNOTAVAIL, Assert.Throws<BindException>(() => Responder.Start(_options, Router.Rules)).Errno);
            using Responder responder = Responder.Start(_options with { AllowAbsentAddresses = true }, Router.Rules);
            using var asker = new Asker();
            for (int round = 0; round < 3; round++)
            {
                Tool.Run("ip", "address", "add", "194.0.1.1/32", "dev", "lo");
                Assert.Equal(Datagrams.NotFound, asker.Ask(Datagrams.Query, Asker.Helper()));
                Tool.Run("ip", "address", "del", "194.0.1.1/32", "dev", "lo");
            }

            Assert.Equal(3, responder.Counts[Outcome.NotFound]);
        },
        "194.0.22.9");

    [Fact]
    public void No_responder_listens_on_an_address_that_no_host_has() => NetworkNamespace.Run(() =>
    {
        Tool.Run("ip", "address", "add", "194.0.22.9/24", "dev", "lo");
        Tool.Run("ip", "address", "add", "10.9.9.1/24", "brd", "10.9.9.100", "dev", "lo");
        Tool.Run("ip", "address", "add", "10.8.8.1/31", "dev", "lo");
        Tool.Run("ip", "address", "add", "10.7.7.1", "peer", "10.6.6.2/24", "dev", "lo");
        foreach (string address in (string[])
            [
                "194.0.22.255", "10.9.9.255", "10.9.9.100", "10.6.6.255", "127.255.255.255", "255.255.255.255",
                "224.0.0.1", "239.255.255.255", "0.0.0.1", "0.255.255.255",
            ])
        {
            string message = Assert.Throws<ArgumentException>(Router.Options("0.0.0.0", address).Validate).Message;
            Assert.StartsWith($"No program can listen on {address}, which is a", message, StringComparison.Ordinal);
            Assert.EndsWith(
                " The addresses of this host are 127.0.0.1, 194.0.22.9, 10.9.9.1, 10.8.8.1, 10.7.7.1.",
                message,
                StringComparison.Ordinal);
        }

        // 10.7.7.255 is in no local subnet, and a subnet of two addresses has no broadcast address.
        Router.Options("0.0.0.0", "194.0.22.254", "10.7.7.255", "10.8.8.0", "223.255.255.255", "240.0.0.1").Validate();
    });

    [Fact]
    [Trait("Promise", "no-late-reply")]
    public void A_shorter_queue_delay_refuses_an_older_query() => Router.With(() =>
    {
        using QuerySocket socket = QuerySocket.Open(Asker.Helper());
        using var asker = new Asker();
        UdpServerTests.AwaitTimestamps(socket, asker);
        asker.Send(Datagrams.Query.With(4, 1, 1, 1, 1), Asker.Helper());
        DateTime sentAt = DateTime.UtcNow;
        // The query must have an age.
        SpinWait.SpinUntil(() => DateTime.UtcNow - sentAt > TimeSpan.FromMilliseconds(20));
        using var run = new UdpServerRun(socket, rules: Router.Rules with { MaxQueueDelay = TimeSpan.FromTicks(1) });
        Assert.True(SpinWait.SpinUntil(() => run.Counters.Read()[Outcome.Late] == 1, TimeSpan.FromMinutes(1)));
        Assert.False(asker.HasAnswer());
    });

    [Fact]
    public void A_refused_sender_is_named_in_a_notice() =>
        Router.WithResponder(_options, Router.Rules with { Secret = 1 }, (responder, asker) =>
        {
            asker.Send(Datagrams.Query, Asker.Helper());
            asker.Send(Datagrams.Query, Asker.Helper());
            Router.CountsAfter(responder, 2);
            Assert.True(responder.Notices.TryRead(out ServerNotice? notice));
            Assert.Equal("Refused a query from 194.0.22.9 with a wrong secret.", notice.Message);
            Assert.False(responder.Notices.TryRead(out _));
            Assert.Null(responder.LastFault);
        });

    [Fact]
    public void The_latency_is_known_after_the_first_reply() => Router.WithResponder(_options, (responder, asker) =>
    {
        Assert.Null(responder.Latency(0.5));
        for (int i = 0; i < 100; i++)
        {
            asker.Ask(Datagrams.Query, Asker.Helper());
        }

        // The last reply may arrive before its time is recorded.
        Assert.True(SpinWait.SpinUntil(() => responder.Latency(0.5) is not null, TimeSpan.FromMinutes(1)));
        Assert.InRange(responder.Latency(0.99)!.Value, responder.Latency(0.5)!.Value, TimeSpan.FromMinutes(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => responder.Latency(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => responder.Latency(1.1));
    });

    [Fact]
    public void No_text_of_the_rules_or_the_query_contains_the_secret()
    {
        AnswerRules rules = Router.Rules with { Secret = 3405691582 };
        Assert.Equal("194.0.1.1:114", _options.ToString());
        Assert.DoesNotContain("3405691582", rules.ToString(), StringComparison.Ordinal);
        Assert.True(Query.TryRead(Datagrams.QueryWithSecret(3405691582), out Query query, out _));
        Assert.Equal("194.0.1.1:3527 -> 194.0.22.9:9199", query.ToString());
    }
}
