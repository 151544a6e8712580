using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>Clients over TCP that are slow, silent, greedy or rude: what they cost is bounded, and the others are served.</summary>
public sealed class TcpLimitTests
{
    private static readonly TimeSpan _long = TimeSpan.FromMinutes(5);
    private static readonly ListenOptions _patient = Router.Options("194.0.1.1") with { TcpPort = 114, MaxConnectionTime = _long };
    private static readonly ListenOptions _hasty = _patient with { MaxConnectionTime = TimeSpan.FromMilliseconds(200) };

    [Fact]
    public void What_is_not_said_is_five_seconds() => Assert.Equal(TimeSpan.FromSeconds(5), Router.Options("194.0.1.1").MaxConnectionTime);

    [Fact]
    public void A_silent_client_is_closed_without_an_answer_when_its_time_is_over() => Router.WithResponder(_hasty, (responder, _) =>
    {
        using var silent = new TcpAsker();
        Assert.Equal(string.Empty, silent.ReadToEnd());
        Assert.Equal(new ResponderCounts { [Outcome.ConnectionTimeout] = 1 }, responder.Counts);
        Assert.True(responder.Notices.TryRead(out ResponderNotice? notice));
        Assert.Equal((NoticeKind.Refusal, "Closed a TCP connection from 194.0.22.9: its time limit was reached."), (notice.Kind, notice.Message));
    });

    [Fact]
    public void A_client_that_goes_on_sending_byte_by_byte_gets_no_more_time_for_it() => Router.WithResponder(_hasty, (responder, _) =>
    {
        using var slow = new TcpAsker();
        int sent = 0;
        while (!slow.HasEnded(milliseconds: 5) && slow.TrySend(" "))
        {
            sent++;
        }

        Assert.InRange(sent, 0, 999); // so it was not the length of its line
        Assert.Equal(string.Empty, slow.ReadToEnd());
        Assert.Equal(new ResponderCounts { [Outcome.ConnectionTimeout] = 1 }, responder.Counts);
    });

    [Fact]
    public void A_client_that_does_not_close_after_its_answer_is_closed_when_its_time_is_over() => Router.WithResponder(_hasty, (responder, _) =>
    {
        using var idle = new TcpAsker();
        idle.Send(TcpAsker.Query);
        AwaitCounts(responder, counts => counts[Outcome.ConnectionTimeout] == 1);
        Assert.Equal(new ResponderCounts { [Outcome.Found] = 1, [Outcome.ConnectionTimeout] = 1 }, responder.Counts);
        Assert.Equal(TcpAsker.Found, idle.ReadToEnd()); // it was there all the time
    });

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(20_000)]
    public void A_line_without_an_end_is_answered_when_it_has_a_thousand_bytes_and_the_rest_does_not_destroy_the_answer(int length) =>
        Router.WithResponder(_patient, (responder, _) =>
        {
            using var endless = new TcpAsker();
            endless.Send(new string('1', length));
            Assert.Equal(TcpAsker.Malformed, endless.ReadToEnd());
            Assert.Equal(new ResponderCounts { [Outcome.Malformed] = 1 }, responder.Counts);
        });

    [Fact]
    public void Who_sends_without_end_behind_his_line_is_cut_off() => Router.WithResponder(_patient, (responder, _) =>
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
    public void A_client_that_resets_is_counted_and_the_next_is_answered(string beginning) => Router.WithResponder(_patient, (responder, _) =>
    {
        var rude = new TcpAsker();
        rude.Send(beginning);
        rude.Reset();
        AwaitCounts(responder, counts => counts[Outcome.ReceiveError] == 1);
        Assert.Equal(TcpAsker.Found, TcpAsker.Ask());
        Assert.Equal(new ResponderCounts { [Outcome.Found] = 1, [Outcome.ReceiveError] = 1 }, responder.Counts);
    });

    [Fact]
    public void One_source_has_64_connections_at_most_and_the_others_are_served() => Router.WithResponder(_patient, (responder, _) =>
    {
        TcpAsker[] silent = Open("194.0.22.9", 64);
        Assert.Equal(string.Empty, TcpAsker.Ask());
        Assert.Equal(TcpAsker.NotFound, TcpAsker.Ask(address: "194.0.1.2"));
        Assert.Equal(new ResponderCounts { [Outcome.NotFound] = 1, [Outcome.ConnectionDrop] = 1 }, responder.Counts);
        Assert.True(responder.Notices.TryRead(out ResponderNotice? notice));
        Assert.Equal("Closed a TCP connection from 194.0.22.9: too many are open, in total or from this address.", notice.Message);

        silent[7].Send(TcpAsker.Query); // those that it has are served
        Assert.Equal(TcpAsker.Found, silent[7].ReadToEnd());
        silent[7].Dispose();
        Assert.True(SpinWait.SpinUntil(() => TcpAsker.Ask() == TcpAsker.Found, _long)); // and there is room again
        Array.ForEach(silent, one => one.Dispose());
    });

    [Fact]
    public void Who_does_not_close_after_his_answer_keeps_nobody_out() => Router.WithResponder(_patient, (responder, _) =>
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
    public void Where_all_places_are_taken_who_has_most_makes_room_for_who_has_few() => Router.WithResponder(_patient, (responder, _) =>
    {
        TcpAsker[] greedy = [.. Open("127.0.0.1", 64), .. Open("127.0.0.2", 64), .. Open("127.0.0.3", 64), .. Open("127.0.0.4", 64)];
        Assert.Equal(TcpAsker.Found, TcpAsker.Ask());
        Assert.Equal(new ResponderCounts { [Outcome.Found] = 1, [Outcome.ConnectionDrop] = 1 }, responder.Counts);
        Assert.Single(greedy, one => one.HasEnded(milliseconds: 0));
        Array.ForEach(greedy, one => one.Dispose());
    });

    [Fact]
    public void There_are_256_connections_at_most_and_when_one_ends_there_is_room_again() => Router.WithResponder(_patient, (responder, _) =>
    {
        TcpAsker[] silent = [.. Enumerable.Range(0, 256).Select(number => new TcpAsker($"127.0.1.{number}"))];
        Assert.Equal(string.Empty, TcpAsker.Ask());
        Assert.Equal(1, responder.Counts[Outcome.ConnectionDrop]);
        silent[100].Reset();
        Assert.True(SpinWait.SpinUntil(() => TcpAsker.Ask() == TcpAsker.Found, _long));
        Array.ForEach(silent, one => one.Dispose());
    });

    [Fact]
    public void Connections_that_timed_out_leave_room() => Router.WithResponder(_hasty, (responder, _) =>
    {
        TcpAsker[] silent = Open("194.0.22.9", 64);
        AwaitCounts(responder, counts => counts[Outcome.ConnectionTimeout] == 64);
        Assert.Equal(TcpAsker.Found, TcpAsker.Ask());
        Array.ForEach(silent, one => one.Dispose());
    });

    [Fact]
    public void Who_had_asked_when_it_was_stopped_is_answered() => Router.WithResponder(_patient, (responder, _) =>
    {
        TcpAsker[] askers = Open("194.0.22.9", 20);
        Array.ForEach(askers, asker => asker.Send(TcpAsker.Query));
        responder.Stop();
        Array.ForEach(askers, asker => Assert.Equal(TcpAsker.Found, asker.ReadToEnd()));
    });

    [Fact]
    public void Stopping_closes_connections_and_frees_the_port_at_once() => Router.With(() =>
    {
        for (int round = 0; round < 5; round++)
        {
            using Responder responder = Responder.Start(_patient, Router.Rules);
            Assert.Equal(TcpAsker.Found, TcpAsker.Ask()); // the connection is in TIME_WAIT on the helper's side now
            using var silent = new TcpAsker();
            responder.Stop();
            Assert.Equal(string.Empty, silent.ReadToEnd());
        }
    });

    private static TcpAsker[] Open(string address, int count) => [.. Enumerable.Range(0, count).Select(_ => new TcpAsker(address))];

    private static void AwaitCounts(Responder responder, Predicate<ResponderCounts> holds) =>
        Assert.True(SpinWait.SpinUntil(() => holds(responder.Counts), TimeSpan.FromMinutes(1)), $"{responder.Counts}");
}
