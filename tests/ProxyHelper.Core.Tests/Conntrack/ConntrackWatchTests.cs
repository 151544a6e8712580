using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Tests the watch on changes of the real kernel's table.</summary>
public sealed class ConntrackWatchTests
{
    private const int Many = 10_000;
    private const int SmallestBuffer = 1; // the kernel makes it about 2 KiB

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);
    private static readonly ConntrackFlow _other = ConntrackFlow.Udp(
        "10.1.1.2:5353", "4.1.1.53:53", "4.1.1.53:53", "194.0.1.1:5353");

    [Fact]
    public void Existing_entries_come_first_then_each_change() => Watch([_other], (watch, table) =>
    {
        Assert.Equal(
            "Present: Udp 10.1.1.2:5353 -> 4.1.1.53:53, translated to 194.0.1.1:5353 -> 4.1.1.53:53", Next(watch)
                .ToString());
        table.Add(KernelTable.Mail with { TcpState = 1 });
        ConntrackChange added = Next(watch);
        Assert.Equal(
            (ConntrackChangeKind.New, ConnectionState.SynSent, "10.1.1.1:10943"),
            (added.Change, added.State, added.OriginalSource.ToString()));
        Tool.Run("conntrack", "-U", "-s", "10.1.1.1", "--mark", "7");
        ConntrackChange updated = Next(watch);
        Assert.Equal((ConntrackChangeKind.Updated, 7u, added.Id), (updated.Change, updated.Mark!.Value, updated.Id));
        table.Delete(KernelTable.Mail);
        ConntrackChange gone = Next(watch);
        Assert.Equal(
            (ConntrackChangeKind.Destroyed, ConnectionState.SynSent, 7u, added.Id),
            (gone.Change, gone.State, gone.Mark!.Value, gone.Id));
        Assert.True(gone.At >= updated.At && updated.At >= added.At);
        AssertQuiet(watch);
    });

    [Fact]
    public void An_entry_that_matched_once_is_followed_until_it_is_gone() => Watch(
        [_other],
        (watch, table) =>
        {
            table.Add(KernelTable.Mail with { Mark = 6 });
            AssertQuiet(watch);
            Tool.Run("conntrack", "-U", "-s", "10.1.1.1", "--mark", "5");
            Assert.Equal((ConntrackChangeKind.Updated, 5u), KindAndMark(Next(watch)));
            Tool.Run("conntrack", "-U", "-s", "10.1.1.1", "--mark", "6");
            Assert.Equal((ConntrackChangeKind.Updated, 6u), KindAndMark(Next(watch)));
            table.Delete(_other);
            table.Delete(KernelTable.Mail);
            Assert.Equal((ConntrackChangeKind.Destroyed, 6u), KindAndMark(Next(watch)));
            AssertQuiet(watch);
        },
        new ConntrackFilter { Protocols = [IPProtocol.Tcp], Mark = MarkPattern.Parse("5") });

    /// <summary>
    /// By default (nf_conntrack_events is 2), the kernel sends no events for entries that are older than the first
    /// listener.
    /// </summary>
    [Fact]
    public void An_older_entry_that_is_removed_without_an_event_is_reported() => Watch(
        [KernelTable.Mail, _other],
        (watch, table) =>
        {
            Assert.Equal(
                [ConntrackChangeKind.Present, ConntrackChangeKind.Present], [Next(watch).Change, Next(watch).Change]);
            table.Delete(KernelTable.Mail);
            ConntrackChange gone = Next(watch);
            Assert.Equal(
                (ConntrackChangeKind.Destroyed, "10.1.1.1:10943"), (gone.Change, gone.OriginalSource.ToString()));
        },
        interval: TimeSpan.FromMilliseconds(1));

    [Fact]
    public void A_burst_of_ten_thousand_is_reported_completely() => Watch([], (watch, table) =>
    {
        AssertQuiet(watch);
        ConntrackFlow[] flows = Burst();
        Dictionary<string, int> seen = [];
        for (int i = 0; i < Many; i += 500)
        {
            table.Add(flows[i..(i + 500)]);
            table.Delete(flows[i..(i + 500)]);
            for (int changes = 0; changes < 1000; changes++)
            {
                ConntrackChange change = Next(watch);
                seen[$"{change.Change} {change.OriginalSource}"] = 1;
            }
        }

        Assert.Equal(2 * Many, seen.Count);
        AssertQuiet(watch);
    });

    [Fact]
    public void After_a_burst_that_overflows_the_loss_is_reported_and_the_entries_are_correct() => Watch(
        [],
        (watch, table) =>
        {
            AssertQuiet(watch);
            ConntrackFlow[] flows = Burst();
            table.Add(flows);
            table.Delete(flows.Where((_, i) => i % 3 != 0));

            var alive = new HashSet<string>();
            int losses = Follow(watch, alive);

            Assert.InRange(losses, 1, int.MaxValue);
            Assert.Equal(
                flows.Where((_, i) => i % 3 == 0).Select(flow => flow.OriginalSource.ToString()).Order(),
                alive.Order());

            table.Delete(flows.Where((_, i) => i % 3 == 0));
            losses = Follow(watch, alive);
            Assert.InRange(losses, 1, int.MaxValue);
            Assert.Empty(alive);
        },
        receiveBuffer: SmallestBuffer);

    [Fact]
    public void A_wait_ends_with_its_time_or_its_token() => Watch([], (watch, table) =>
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        WatchOutcome outcome = watch.Next(TimeSpan.FromMilliseconds(20), token, out ConntrackChange? none);
        Assert.Equal(WatchOutcome.TimedOut, outcome);
        Assert.Null(none);
        using var ending = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        Assert.Throws<OperationCanceledException>(() => watch.Next(_patience, ending.Token, out _));
    });

    [Fact]
    public void Without_CAP_NET_ADMIN_the_table_cannot_be_watched() => Watch([], (watch, table) =>
    {
        Capability.DropNetAdmin();
        CancellationToken token = TestContext.Current.CancellationToken;
        Assert.Equal(Errno.EPERM, Assert.Throws<NetlinkException>(() => watch.Next(_patience, token, out _)).Errno);
    });

    private static (ConntrackChangeKind Change, uint? Mark) KindAndMark(ConntrackChange change) =>
        (change.Change, change.Mark);

    private static ConntrackFlow[] Burst() =>
        [.. Enumerable.Range(0, Many).Select(i => ConntrackFlow.Tcp($"10.{i >> 8}.{i & 255}.1:1024", "4.1.1.1:25"))];

    /// <summary>Applies the changes to a set of entries until no change comes for a second.</summary>
    /// <returns>The number of times that events were lost.</returns>
    private static int Follow(ConntrackWatch watch, HashSet<string> alive)
    {
        int losses = 0;
        while (true)
        {
            CancellationToken token = TestContext.Current.CancellationToken;
            switch (watch.Next(TimeSpan.FromSeconds(1), token, out ConntrackChange? change))
            {
                case WatchOutcome.TimedOut:
                    return losses;
                case WatchOutcome.EventsLost:
                    losses++;
                    break;
                case WatchOutcome.Changed when change!.Change == ConntrackChangeKind.Destroyed:
                    Assert.True(alive.Remove(change.OriginalSource.ToString()));
                    break;
                default:
                    Assert.True(alive.Add(change!.OriginalSource.ToString()));
                    break;
            }
        }
    }

    private static ConntrackChange Next(ConntrackWatch watch)
    {
        Assert.Equal(
            WatchOutcome.Changed,
            watch.Next(_patience, TestContext.Current.CancellationToken, out ConntrackChange? change));
        return change!;
    }

    // The kernel sends an event before the call that causes it returns, so a wait is not needed.
    private static void AssertQuiet(ConntrackWatch watch) =>
        Assert.Equal(WatchOutcome.TimedOut, watch.Next(TimeSpan.Zero, TestContext.Current.CancellationToken, out _));

    private static void Watch(
        ConntrackFlow[] flows,
        Action<ConntrackWatch, ConntrackFixture> body,
        ConntrackFilter? filter = null,
        TimeSpan? interval = null,
        int receiveBuffer = ConntrackWatch.DefaultReceiveBuffer) =>
        NetworkNamespace.Run(() =>
        {
            using ConntrackFixture table = ConntrackFixture.Open();
            table.Add(flows);
            using ConntrackWatch watch = ConntrackWatch.Open(
                filter ?? ConntrackFilter.Everything,
                receiveBuffer,
                interval ?? TimeSpan.FromDays(1),
                NetlinkSocket.Open);
            body(watch, table);
        });
}
