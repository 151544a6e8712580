using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>Tests that slow, silent and greedy TCP clients are limited and do not delay other clients.</summary>
[Trait("Promise", "tcp-clients")]
public abstract class TcpLimitTests(TestPath path) : PathTests(path)
{
    private static readonly TimeSpan _long = TimeSpan.FromMinutes(5);
    private static readonly ListenOptions _patient = Router.Options("194.0.1.1") with
    {
        TcpPort = 114,
        MaxConnectionTime = _long,
    };

    private static readonly ListenOptions _hasty = _patient with { MaxConnectionTime = TimeSpan.FromMilliseconds(200) };

    [Fact]
    public void The_default_limit_of_a_connection_is_five_seconds() =>
        Assert.Equal(TimeSpan.FromSeconds(5), Router.Options("194.0.1.1").MaxConnectionTime);

    [Fact]
    public void A_silent_client_is_closed_at_its_time_limit() => WithResponder(_hasty, (responder, _) =>
    {
        using var silent = new TcpAsker();
        Assert.Equal(string.Empty, silent.ReadToEnd());
        Assert.Equal(new ResponderCounts { [Outcome.ConnectionTimeout] = 1 }, responder.Counts);
        Assert.True(responder.Notices.TryRead(out ServerNotice? notice));
        Assert.Equal(
            (NoticeKind.Refusal, "Closed a TCP connection from 194.0.22.9: its time limit was reached."),
            (notice.Kind, notice.Message));
    });

    [Fact]
    public void A_client_that_sends_byte_by_byte_gets_no_more_time() => WithResponder(_hasty, (responder, _) =>
    {
        using var slow = new TcpAsker();
        int sent = 0;
        while (!slow.HasEnded(milliseconds: 5) && slow.TrySend(" "))
        {
            sent++;
        }

        Assert.InRange(sent, 0, 999); // so the line was not too long
        Assert.Equal(string.Empty, slow.ReadToEnd());
        Assert.Equal(new ResponderCounts { [Outcome.ConnectionTimeout] = 1 }, responder.Counts);
    });

    [Fact]
    public void An_answered_client_that_does_not_close_is_closed_at_its_time_limit() =>
        WithResponder(_hasty, (responder, _) =>
        {
            using var idle = new TcpAsker();
            idle.Send(TcpAsker.Query);
            AwaitCounts(responder, counts => counts[Outcome.ConnectionTimeout] == 1);
            Assert.Equal(
                new ResponderCounts { [Outcome.Found] = 1, [Outcome.ConnectionTimeout] = 1 }, responder.Counts);
            Assert.Equal(TcpAsker.Found, idle.ReadToEnd()); // the reply waited all the time
        });

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(20_000)]
    [Trait("Promise", "whole-tcp-reply")]
    public void A_line_of_a_thousand_bytes_is_answered_and_more_bytes_do_not_destroy_the_reply(int length) =>
        WithResponder(_patient, (responder, _) =>
        {
            using var endless = new TcpAsker();
            endless.Send(new string('1', length));
            Assert.Equal(TcpAsker.Malformed, endless.ReadToEnd());
            Assert.Equal(new ResponderCounts { [Outcome.Malformed] = 1 }, responder.Counts);
        });

    [Fact]
    public void A_client_that_sends_endlessly_after_its_line_is_closed() =>
        WithResponder(_patient, (responder, _) =>
        {
            using var endless = new TcpAsker();
            endless.Send(TcpAsker.Query);
            while (endless.TrySend(new string('x', 10_000)))
            {
            }

            Assert.Equal(new ResponderCounts { [Outcome.Found] = 1 }, responder.Counts);
            Assert.Equal(TcpAsker.Found, TcpAsker.Ask());
        });

    [Theory]
    [InlineData("")]
    [InlineData("3527 ,")]
    public void A_reset_is_counted_and_the_next_client_is_answered(string beginning) =>
        WithResponder(_patient, (responder, _) =>
        {
            var rude = new TcpAsker();
            rude.Send(beginning);
            rude.Reset();
            AwaitCounts(responder, counts => counts[Outcome.ReceiveError] == 1);
            Assert.Equal(TcpAsker.Found, TcpAsker.Ask());
            Assert.Equal(new ResponderCounts { [Outcome.Found] = 1, [Outcome.ReceiveError] = 1 }, responder.Counts);
        });

    [Fact]
    public void One_source_has_64_connections_at_most() => WithResponder(_patient, (responder, _) =>
    {
        TcpAsker[] silent = Open("194.0.22.9", 64);
        Assert.Equal(string.Empty, TcpAsker.Ask());
        Assert.Equal(TcpAsker.NotFound, TcpAsker.Ask(address: "194.0.1.2"));
        Assert.Equal(new ResponderCounts { [Outcome.NotFound] = 1, [Outcome.ConnectionDrop] = 1 }, responder.Counts);
        Assert.True(responder.Notices.TryRead(out ServerNotice? notice));
        Assert.Equal(
            "Closed a TCP connection from 194.0.22.9: too many are open, in total or from this address.",
            notice.Message);

        silent[7].Send(TcpAsker.Query); // the open connections are served
        Assert.Equal(TcpAsker.Found, silent[7].ReadToEnd());
        silent[7].Dispose();
        Assert.True(SpinWait.SpinUntil(() => TcpAsker.Ask() == TcpAsker.Found, _long)); // there is room again
        Array.ForEach(silent, one => one.Dispose());
    });

    [Fact]
    public void Answered_clients_make_room_for_new_clients() => WithResponder(_patient, (responder, _) =>
    {
        for (int round = 0; round < 2; round++)
        {
            TcpAsker[] idle = Open("194.0.22.9", 64);
            Array.ForEach(idle, one => one.Send(TcpAsker.Query));
            AwaitCounts(responder, counts => counts[Outcome.Found] == (round * 65) + 64);
            Assert.Equal(TcpAsker.Found, TcpAsker.Ask());
            Array.ForEach(idle, one => Assert.Equal(TcpAsker.Found, one.ReadToEnd()));
        }

        Assert.Equal(new ResponderCounts { [Outcome.Found] = 130 }, responder.Counts);
    });

    [Fact]
    public void If_all_places_are_taken_the_busiest_source_loses_a_connection() =>
        WithResponder(_patient, (responder, _) =>
        {
            TcpAsker[] greedy = [.. Enumerable.Range(1, 4).SelectMany(i => Open($"127.0.0.{i}", 64))];
            Assert.Equal(TcpAsker.Found, TcpAsker.Ask());
            Assert.Equal(new ResponderCounts { [Outcome.Found] = 1, [Outcome.ConnectionDrop] = 1 }, responder.Counts);
            Assert.Single(greedy, one => one.HasEnded(milliseconds: 0));
            Array.ForEach(greedy, one => one.Dispose());
        });

    [Fact]
    public void There_are_256_connections_at_most() => WithResponder(_patient, (responder, _) =>
    {
        TcpAsker[] silent = [.. Enumerable.Range(0, 256).Select(number => new TcpAsker($"127.0.1.{number}"))];
        Assert.Equal(string.Empty, TcpAsker.Ask());
        Assert.Equal(1, responder.Counts[Outcome.ConnectionDrop]);
        silent[100].Reset();
        Assert.True(SpinWait.SpinUntil(() => TcpAsker.Ask() == TcpAsker.Found, _long));
        Array.ForEach(silent, one => one.Dispose());
    });

    [Fact]
    public void Connections_that_timed_out_make_room() => WithResponder(_hasty, (responder, _) =>
    {
        TcpAsker[] silent = Open("194.0.22.9", 64);
        AwaitCounts(responder, counts => counts[Outcome.ConnectionTimeout] == 64);
        Assert.Equal(TcpAsker.Found, TcpAsker.Ask());
        Array.ForEach(silent, one => one.Dispose());
    });

    [Fact]
    public void Lines_that_were_sent_before_the_stop_are_answered() => WithResponder(_patient, (responder, _) =>
    {
        TcpAsker[] askers = Open("194.0.22.9", 20);
        Array.ForEach(askers, asker => asker.Send(TcpAsker.Query));
        responder.Stop();
        Array.ForEach(askers, asker => Assert.Equal(TcpAsker.Found, asker.ReadToEnd()));
    });

    [Fact]
    public void A_stop_closes_connections_and_frees_the_port() => Router.With(() =>
    {
        for (int round = 0; round < 5; round++)
        {
            using Responder responder = Start(_patient, Router.Rules);
            Assert.Equal(TcpAsker.Found, TcpAsker.Ask()); // leaves the connection in TIME_WAIT at the helper
            using var silent = new TcpAsker();
            responder.Stop();
            Assert.Equal(string.Empty, silent.ReadToEnd());
        }
    });

    private static TcpAsker[] Open(string address, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new TcpAsker(address))];

    private static void AwaitCounts(Responder responder, Predicate<ResponderCounts> holds) =>
        Assert.True(SpinWait.SpinUntil(() => holds(responder.Counts), TimeSpan.FromMinutes(1)), $"{responder.Counts}");
}

/// <summary>Runs the tests with Linux's own sockets and the kernel as the source.</summary>
public sealed class TcpLimitOnKernelTests() : TcpLimitTests(TestPath.Kernel);

/// <summary>Runs the tests with Linux's own sockets and a resolver as the source.</summary>
public sealed class TcpLimitOnResolverTests() : TcpLimitTests(TestPath.Resolver);

/// <summary>Runs the tests with the sockets of .NET and a resolver as the source.</summary>
public sealed class TcpLimitOnPortableTests() : TcpLimitTests(TestPath.Portable);
