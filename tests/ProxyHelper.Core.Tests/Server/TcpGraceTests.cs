using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.Server.Tcp;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>
/// Tests lines over TCP whose connection is not found while the address of the helper has just appeared. A program that
/// a test starts holds the descriptors of other tests for a moment, so no other test runs at the same time.
/// </summary>
[Collection(nameof(Alone))]
[Trait("Promise", "failover-grace")]
public sealed class TcpGraceTests
{
    private const int Patience = 60_000; // milliseconds; everything arrives at once unless the machine is busy

    private static readonly AnswerRules _rules = Router.Rules with { FailoverGrace = TimeSpan.FromMinutes(1) };

    [Fact]
    public void A_line_waits_for_its_entry_after_the_address_has_appeared() => With(_rules, (run, table) =>
    {
        using var asker = new TcpAsker();
        asker.Send(TcpAsker.Query);
        AwaitWaits(run, 1);
        asker.Send("more"); // ignored, and does not change the line
        Assert.False(asker.HasEnded(milliseconds: 0));

        table.Add([Router.Flow]);

        Assert.Equal(TcpAsker.Found, asker.ReadToEnd());
        Assert.Equal(
            new ResponderCounts { [Outcome.Found] = 1, [Outcome.GraceWait] = 1, [Outcome.GraceFind] = 1 },
            run.Counters.Read());
    });

    [Fact]
    public void A_line_without_an_entry_is_answered_before_the_time_of_its_connection_ends() =>
        With(
            _rules,
            (run, _) =>
            {
                Assert.Equal(TcpAsker.NotFound, TcpAsker.Ask());
                Assert.Equal(
                    new ResponderCounts { [Outcome.NotFound] = 1, [Outcome.GraceWait] = 1 }, run.Counters.Read());
            },
            maxTime: TimeSpan.FromSeconds(10));

    [Fact]
    public void A_client_that_resets_while_its_line_waits_makes_room() => With(_rules, (run, _) =>
    {
        var asker = new TcpAsker();
        asker.Send(TcpAsker.Query);
        AwaitWaits(run, 1);
        asker.Reset();
        Assert.True(SpinWait.SpinUntil(() => run.Counters.Read()[Outcome.ReceiveError] == 1, Patience));
        Assert.Equal(0, run.Counters.Read().Queries);
    });

    [Fact]
    public void Lines_without_a_place_to_wait_are_answered_at_once() => With(_rules, (run, table) =>
    {
        TcpAsker[] waiting = [.. Enumerable.Range(0, TcpConnections.MaxWaitingPerSource).Select(_ => new TcpAsker())];
        Array.ForEach(waiting, asker => asker.Send(TcpAsker.Query));
        AwaitWaits(run, waiting.Length);
        for (int more = 0; more < TcpConnections.MaxPerSource; more++)
        {
            Assert.Equal(TcpAsker.NotFound, TcpAsker.Ask());
        }

        using TcpAsker other = new("194.0.1.2");
        other.Send(TcpAsker.Query);
        AwaitWaits(run, waiting.Length + 1);
        table.Add(
        [
            Router.Flow,
            ConntrackFlow.Tcp("10.1.1.1:20001", "4.1.1.2:25", "194.0.1.2:9199", "194.0.1.1:3527"),
        ]);
        Assert.All([.. waiting, other], asker => Assert.Equal(TcpAsker.Found, asker.ReadToEnd()));
        Assert.Equal(0, run.Counters.Read()[Outcome.ConnectionDrop]);
        Array.ForEach(waiting, asker => asker.Dispose());
    });

    [Fact]
    public void A_reload_applies_to_lines_that_wait() => With(_rules, (run, _) =>
    {
        // The address of the client is on no interface, so the client does not count as this host.
        Tool.Run("ip", "route", "add", "local", "194.0.33.0/24", "dev", "lo");
        using TcpAsker stranger = new("194.0.33.9"), asker = new();
        stranger.Send(TcpAsker.Query);
        asker.Send(TcpAsker.Query);
        AwaitWaits(run, 2);
        run.ChangeRules(_rules with { AllowedProxies = [EndPointPattern.ParseAddresses("194.0.22.9")] });
        Assert.Equal(string.Empty, stranger.ReadToEnd());
        Assert.Equal(1, run.Counters.Read()[Outcome.NotAllowed]);
        run.ChangeRules(_rules with { FailoverGrace = TimeSpan.Zero });
        Assert.Equal(TcpAsker.NotFound, asker.ReadToEnd());
    });

    [Fact]
    public void A_stop_answers_the_lines_that_wait() => With(_rules, (run, _) =>
    {
        using var asker = new TcpAsker();
        asker.Send(TcpAsker.Query);
        AwaitWaits(run, 1);
        run.Stop();
        Assert.Equal(TcpAsker.NotFound, asker.ReadToEnd());
    });

    [Fact]
    public void Without_a_grace_the_reply_comes_at_once() =>
        With(_rules with { FailoverGrace = TimeSpan.Zero }, (run, _) =>
        {
            Assert.Equal(TcpAsker.NotFound, TcpAsker.Ask());
            Assert.Equal(new ResponderCounts { [Outcome.NotFound] = 1 }, run.Counters.Read());
        });

    private static void AwaitWaits(TcpRun run, int count) =>
        Assert.True(SpinWait.SpinUntil(() => run.Counters.Read()[Outcome.GraceWait] == count, Patience));

    /// <summary>Runs a server whose address appears after the start, with an empty conntrack table.</summary>
    private static void With(
        AnswerRules rules, Action<TcpRun, ConntrackFixture> body, TimeSpan? maxTime = null) => NetworkNamespace.Run(
        () =>
        {
            using ConntrackFixture table = ConntrackFixture.Open();
            using LinuxSocket listener = BoundSocket.Listen(Asker.Helper(), allowAbsentAddress: true);
            using var run = new TcpRun(listener, ConntrackTable.Open(), rules, maxTime ?? TimeSpan.FromMinutes(1));
            Tool.Run("ip", "address", "add", "194.0.1.1/32", "dev", "lo");
            if (rules.FailoverGrace > TimeSpan.Zero)
            {
                Assert.True(run.Journal.Reader.WaitToReadAsync(TestSupport.Patience.Token()).AsTask().Result);
            }

            body(run, table);
        },
        "194.0.22.9",
        "194.0.1.2");
}
