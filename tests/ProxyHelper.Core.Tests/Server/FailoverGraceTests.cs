using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>
/// Tests queries whose connection is not found while the address of the helper has just appeared. The conntrack entries
/// come later, as after a failover. A program that a test starts holds the descriptors of other tests for a moment, so
/// no other test runs at the same time.
/// </summary>
[Collection(nameof(Alone))]
[Trait("Promise", "failover-grace")]
public sealed class FailoverGraceTests
{
    private const int Patience = 60_000; // milliseconds; everything arrives at once unless the machine is busy
    private const int FlowCount = 600;

    private static readonly AnswerRules _rules = Router.Rules with { FailoverGrace = TimeSpan.FromMinutes(1) };

    [Fact]
    public void A_query_waits_for_its_entry_after_the_address_has_appeared() => With(_rules, (run, table, asker) =>
    {
        Appear("194.0.1.1");
        Assert.Equal(
            "The address 194.0.1.1 appeared. For 60 s, a query whose connection is not found waits, and is looked up "
            + "again.",
            AwaitAppearance(run).Message);
        byte[] other = Datagrams.Query.With(4, 9, 9, 9, 9);
        asker.Send(Datagrams.Query, Asker.Helper());
        asker.Send(other, Asker.Helper()); // smtp-gated sends a query again
        AwaitWaits(run, 2);
        Assert.False(asker.HasAnswer());

        table.Add([Router.Flow]);

        Assert.Equal(Datagrams.Found, asker.Receive(out _));
        Assert.Equal(Datagrams.Found.With(4, 9, 9, 9, 9), asker.Receive(out _));
        Assert.Equal(
            new ResponderCounts { [Outcome.Found] = 2, [Outcome.GraceWait] = 2, [Outcome.GraceFind] = 2 },
            run.Counters.Read());
    });

    [Fact]
    public void A_query_waits_also_if_its_address_appears_while_the_server_is_busy() => Router.With(() =>
    {
        var clock = new InterruptedClock();
        using QuerySocket socket = QuerySocket.Open(Asker.Helper("0.0.0.0"));
        using var run = new UdpServerRun(socket, rules: _rules, clock: clock);
        using var asker = new Asker();
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
        clock.InNextBatch(() => Appear("194.0.1.3"));
        asker.Send(QueryOf(port: 0), Asker.Helper());
        AwaitWaits(run, 1);
    });

    [Fact]
    public void A_query_may_wait_before_the_server_has_read_the_report() => NetworkNamespace.Run(() =>
    {
        using var reader = new AddressReader(NetlinkSocket.Open);
        using AppearanceWatch watch = AppearanceWatch.Open(reader);
        var grace = new FailoverGrace(watch, [IPv4Address.Parse("10.1.1.1")], Clock.System, new ResponderJournal());
        Assert.False(MayBeginToWait());
        Appear("10.1.1.2"); // no address of the helper
        Assert.False(MayBeginToWait());
        Appear("10.1.1.1");
        Assert.True(MayBeginToWait());
        grace.End();
        Assert.False(MayBeginToWait());

        bool MayBeginToWait() => grace.MayBeginToWait(Clock.System.SinceBoot, TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void Without_a_grace_the_reply_comes_at_once() =>
        With(_rules with { FailoverGrace = TimeSpan.Zero }, (run, table, asker) =>
        {
            Appear("194.0.1.1");
            Assert.Equal(Datagrams.NotFound, asker.Ask(Datagrams.Query, Asker.Helper()));
            Assert.Equal(new ResponderCounts { [Outcome.NotFound] = 1 }, run.Counters.Read());
            Assert.False(run.Journal.Reader.TryRead(out _));
        });

    [Fact]
    public void A_query_is_answered_before_it_is_late() =>
        With(_rules with { MaxQueueDelay = TimeSpan.FromSeconds(10) }, (run, table, asker) =>
        {
            Appear("194.0.1.1");
            AwaitAppearance(run);
            Assert.Equal(Datagrams.NotFound, asker.Ask(Datagrams.Query, Asker.Helper()));
            Assert.Equal(
                new ResponderCounts { [Outcome.NotFound] = 1, [Outcome.GraceWait] = 1 }, run.Counters.Read());
        });

    [Fact]
    public void A_query_is_answered_when_the_grace_ends() =>
        With(_rules with { FailoverGrace = TimeSpan.FromSeconds(1) }, (run, table, asker) =>
        {
            Appear("194.0.1.1");
            Assert.Equal(Datagrams.NotFound, asker.Ask(Datagrams.Query, Asker.Helper()));
        });

    [Fact]
    public void Only_an_address_of_the_helper_begins_a_grace() => With(_rules, (run, table, asker) =>
    {
        Appear("194.0.1.1");
        AwaitAppearance(run);
        run.ChangeRules(_rules with { FailoverGrace = TimeSpan.Zero });
        Assert.Equal(Datagrams.NotFound, asker.Ask(Datagrams.Query, Asker.Helper()));
        Appear("194.0.1.3");
        Assert.Equal(Datagrams.NotFound, asker.Ask(Datagrams.Query, Asker.Helper()));
        Assert.False(run.Journal.Reader.TryRead(out _));
    });

    [Theory]
    [InlineData(true, "an address that appeared before the start has the rest of its grace")]
    [InlineData(false, "an old address has none")]
    public void A_helper_that_starts_counts_the_age_of_its_address(bool isNew, string reason) => Router.With(() =>
    {
        using var run = new UdpServerRun(
            QuerySocket.Open(Asker.Helper()), rules: _rules, clock: isNew ? null : new LateBootClock());
        using var asker = new Asker();
        byte[] unknown = Datagrams.Query.With(24, 0, 1);
        asker.Send(unknown, Asker.Helper());
        Assert.True(
            SpinWait.SpinUntil(() => run.Counters.Read()[isNew ? Outcome.GraceWait : Outcome.NotFound] == 1, Patience),
            reason);
        Appear("194.0.1.3"); // no address of the helper
        asker.Send(unknown, Asker.Helper());
        Assert.True(
            SpinWait.SpinUntil(() => run.Counters.Read()[isNew ? Outcome.GraceWait : Outcome.NotFound] == 2, Patience),
            reason);
    });

    [Fact]
    [Trait("Promise", "translated-only")]
    public void An_entry_that_the_sender_may_not_learn_about_takes_as_long_as_a_missing_one() =>
        With(_rules, (run, table, asker) =>
        {
            // The address of the sender is on no interface, so the sender does not count as this host.
            Tool.Run("ip", "route", "add", "local", "194.0.33.0/24", "dev", "lo");
            using var stranger = new Asker("194.0.33.9");
            table.Add([ConntrackFlow.Tcp("10.1.1.1:20000", "194.0.33.9:9199", "194.0.33.9:9199", "194.0.1.1:3527")]);
            Appear("194.0.1.1");
            AwaitAppearance(run);
            byte[] hidden = Datagrams.Query.With(20, 194, 0, 33, 9);
            stranger.Send(hidden, Asker.Helper());
            stranger.Send(hidden.With(24, 0, 1), Asker.Helper());
            AwaitWaits(run, 2);
            run.ChangeRules(_rules with { FailoverGrace = TimeSpan.Zero });
            Assert.Equal(Datagrams.NotFound.With(20, 194, 0, 33, 9), stranger.Receive(out _));
            Assert.Equal(Datagrams.NotFound.With(20, 194, 0, 33, 9).With(24, 0, 1), stranger.Receive(out _));
        });

    [Fact]
    public void A_reload_applies_to_queries_that_wait() => With(_rules, (run, table, asker) =>
    {
        Appear("194.0.1.1");
        AwaitAppearance(run);
        asker.Send(Datagrams.Query, Asker.Helper());
        asker.Send(Datagrams.QueryWithSecret(0), Asker.Helper());
        AwaitWaits(run, 2);
        run.ChangeRules(_rules with { Secret = 7 });
        Assert.True(SpinWait.SpinUntil(() => run.Counters.Read()[Outcome.WrongSecret] == 2, Patience));
        byte[] query = Datagrams.QueryWithSecret(7);
        asker.Send(query, Asker.Helper());
        AwaitWaits(run, 3);
        run.ChangeRules(_rules with { Secret = 7, FailoverGrace = TimeSpan.Zero });
        Assert.Equal(Datagrams.NotFound, asker.Receive(out _));
        Assert.False(asker.HasAnswer());
    });

    [Fact]
    public void A_stop_answers_the_queries_that_wait() => With(_rules, (run, table, asker) =>
    {
        Appear("194.0.1.1");
        AwaitAppearance(run);
        asker.Send(Datagrams.Query, Asker.Helper());
        AwaitWaits(run, 1);
        run.Stop();
        Assert.Equal(Datagrams.NotFound, asker.Receive(out _));
    });

    [Fact]
    public void One_sender_gets_half_of_the_places() => With(_rules, (run, table, asker) =>
    {
        Appear("194.0.1.1");
        AwaitAppearance(run);
        using var other = new Asker("194.0.1.2");
        for (int port = 0; port < FlowCount; port++)
        {
            asker.Send(QueryOf(port), Asker.Helper());
        }

        int refused = FlowCount - (SenderPlaces.Max / 2);
        Assert.True(SpinWait.SpinUntil(() => run.Counters.Read()[Outcome.NotFound] == refused, Patience));
        AwaitWaits(run, SenderPlaces.Max / 2);
        other.Send(Datagrams.Query, Asker.Helper());
        AwaitWaits(run, (SenderPlaces.Max / 2) + 1);
        table.Add([Router.Flow]);
        Assert.Equal(Datagrams.Found, other.Receive(out _));
    });

    private static byte[] QueryOf(int port) =>
        Datagrams.Query.With(24, (byte)((40_000 + port) >> 8), unchecked((byte)(40_000 + port)));

    private static void Appear(string address) => Tool.Run("ip", "address", "add", $"{address}/32", "dev", "lo");

    private static void AwaitWaits(UdpServerRun run, int count) =>
        Assert.True(SpinWait.SpinUntil(() => run.Counters.Read()[Outcome.GraceWait] == count, Patience));

    private static ServerNotice AwaitAppearance(UdpServerRun run)
    {
        ServerNotice notice = Router.AwaitNotice(run.Journal.Reader);
        Assert.Equal(NoticeKind.Appearance, notice.Kind);
        return notice;
    }

    /// <summary>Runs a server whose address this host does not have yet, with an empty conntrack table.</summary>
    private static void With(AnswerRules rules, Action<UdpServerRun, ConntrackFixture, Asker> body) =>
        NetworkNamespace.Run(
            () =>
            {
                using ConntrackFixture table = ConntrackFixture.Open();
                using QuerySocket socket = QuerySocket.Open(Asker.Helper(), allowsAbsentAddress: true);
                using var run = new UdpServerRun(socket, rules: rules);
                using var asker = new Asker(receiveBuffer: 4 << 20);
                body(run, table, asker);
            },
            "194.0.22.9",
            "194.0.1.2");
}
