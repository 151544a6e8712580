using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Changes of the real kernel's table, as they happen.</summary>
public sealed class ConntrackWatchTests
{
    private const int Many = 10_000;
    private const int SmallestBuffer = 1; // the kernel makes some 2 KiB of it

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);
    private static readonly ConntrackFlow _other = ConntrackFlow.Udp("10.1.1.2:5353", "4.1.1.53:53", "4.1.1.53:53", "194.0.1.1:5353");

    [Fact]
    public void What_is_there_comes_first_then_what_is_new_changes_and_goes() => Watch([_other], new ConntrackFilter(), (watch, table) =>
    {
        Assert.Equal("Present: Udp 10.1.1.2:5353 -> 4.1.1.53:53, seen as 194.0.1.1:5353 -> 4.1.1.53:53", Next(watch).ToString());
        table.Add(KernelTable.Mail with { TcpState = 1 });
        ConntrackChange added = Next(watch);
        Assert.Equal((ConntrackChangeKind.New, ConnectionState.SynSent, "10.1.1.1:10943"), (added.Change, added.State, added.OriginalSource.ToString()));
        Tool.Run("conntrack", "-U", "-s", "10.1.1.1", "--mark", "7");
        ConntrackChange updated = Next(watch);
        Assert.Equal((ConntrackChangeKind.Updated, 7u, added.Id), (updated.Change, updated.Mark!.Value, updated.Id));
        table.Delete(KernelTable.Mail);
        ConntrackChange gone = Next(watch);
        Assert.Equal((ConntrackChangeKind.Destroyed, ConnectionState.SynSent, 7u, added.Id), (gone.Change, gone.State, gone.Mark!.Value, gone.Id));
        Assert.True(gone.At >= updated.At && updated.At >= added.At);
        AssertQuiet(watch);
    });

    [Fact]
    public void Only_what_fits_is_told_and_what_fitted_once_is_followed_to_its_end() => Watch(
        [_other],
        new ConntrackFilter { Protocols = [IPProtocol.Tcp], Mark = MarkPattern.Parse("5") },
        (watch, table) =>
        {
            table.Add(KernelTable.Mail with { Mark = 6 });
            AssertQuiet(watch);
            Tool.Run("conntrack", "-U", "-s", "10.1.1.1", "--mark", "5");
            Assert.Equal((ConntrackChangeKind.Updated, 5u), Told(Next(watch)));
            Tool.Run("conntrack", "-U", "-s", "10.1.1.1", "--mark", "6");
            Assert.Equal((ConntrackChangeKind.Updated, 6u), Told(Next(watch)));
            table.Delete(_other);
            table.Delete(KernelTable.Mail);
            Assert.Equal((ConntrackChangeKind.Destroyed, 6u), Told(Next(watch)));
            AssertQuiet(watch);
        });

    /// <summary>By default the kernel tells of no entry that was made before somebody listened (nf_conntrack_events is 2).</summary>
    [Fact]
    public void What_was_there_before_and_goes_without_an_event_is_missed_by_nobody() => Watch(
        [KernelTable.Mail, _other],
        new ConntrackFilter(),
        (watch, table) =>
        {
            Assert.Equal([ConntrackChangeKind.Present, ConntrackChangeKind.Present], [Next(watch).Change, Next(watch).Change]);
            table.Delete(KernelTable.Mail);
            ConntrackChange gone = Next(watch);
            Assert.Equal((ConntrackChangeKind.Destroyed, "10.1.1.1:10943"), (gone.Change, gone.OriginalSource.ToString()));
        },
        interval: TimeSpan.FromMilliseconds(1));

    [Fact]
    public void A_burst_of_ten_thousand_is_told_whole() => Watch([], new ConntrackFilter(), (watch, table) =>
    {
        AssertQuiet(watch);
        ConntrackFlow[] flows = Burst();
        Dictionary<string, int> seen = [];
        for (int i = 0; i < Many; i += 500)
        {
            table.Add(flows[i..(i + 500)]);
            table.Delete(flows[i..(i + 500)]);
            for (int told = 0; told < 1000; told++)
            {
                ConntrackChange change = Next(watch);
                seen[$"{change.Change} {change.OriginalSource}"] = 1;
            }
        }

        Assert.Equal(2 * Many, seen.Count);
        AssertQuiet(watch);
    });

    [Fact]
    public void A_burst_that_overflows_is_told_to_be_lost_and_what_is_there_is_right_afterwards() => Watch(
        [],
        new ConntrackFilter(),
        (watch, table) =>
        {
            AssertQuiet(watch);
            ConntrackFlow[] flows = Burst();
            table.Add(flows);
            table.Delete(flows.Where((_, i) => i % 3 != 0));

            var alive = new HashSet<string>();
            int losses = Follow(watch, alive);

            Assert.InRange(losses, 1, int.MaxValue);
            Assert.Equal(flows.Where((_, i) => i % 3 == 0).Select(flow => flow.OriginalSource.ToString()).Order(), alive.Order());

            table.Delete(flows.Where((_, i) => i % 3 == 0));
            losses = Follow(watch, alive);
            Assert.InRange(losses, 1, int.MaxValue);
            Assert.Empty(alive);
        },
        receiveBuffer: SmallestBuffer);

    [Fact]
    public void Waiting_ends_with_its_time_and_with_its_token() => Watch([], new ConntrackFilter(), (watch, table) =>
    {
        Assert.Equal(WatchOutcome.TimedOut, watch.Next(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken, out ConntrackChange? none));
        Assert.Null(none);
        using var ending = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        Assert.Throws<OperationCanceledException>(() => watch.Next(_patience, ending.Token, out _));
    });

    [Fact]
    public void Without_CAP_NET_ADMIN_the_table_cannot_be_watched() => Watch([], new ConntrackFilter(), (watch, table) =>
    {
        Capability.DropNetAdmin();
        Assert.Equal(
            ProxyHelper.Linux.Errno.EPERM,
            Assert.Throws<ProxyHelper.Netlink.NetlinkException>(() => watch.Next(_patience, TestContext.Current.CancellationToken, out _)).Errno);
    });

    private static (ConntrackChangeKind Change, uint? Mark) Told(ConntrackChange change) => (change.Change, change.Mark);

    private static ConntrackFlow[] Burst() => [.. Enumerable.Range(0, Many).Select(i => ConntrackFlow.Tcp($"10.{i >> 8}.{i & 255}.1:1024", "4.1.1.1:25"))];

    /// <summary>Keeps account of what is alive, until nothing happens any more.</summary>
    /// <returns>How often events were lost.</returns>
    private static int Follow(ConntrackWatch watch, HashSet<string> alive)
    {
        int losses = 0;
        while (true)
        {
            switch (watch.Next(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken, out ConntrackChange? change))
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
        Assert.Equal(WatchOutcome.Changed, watch.Next(_patience, TestContext.Current.CancellationToken, out ConntrackChange? change));
        return change!;
    }

    // Events are there as soon as what caused them returns, so there is nothing to wait for.
    private static void AssertQuiet(ConntrackWatch watch) =>
        Assert.Equal(WatchOutcome.TimedOut, watch.Next(TimeSpan.Zero, TestContext.Current.CancellationToken, out _));

    private static void Watch(ConntrackFlow[] flows, ConntrackFilter filter, Action<ConntrackWatch, ConntrackFixture> body, TimeSpan? interval = null, int receiveBuffer = ConntrackWatch.DefaultReceiveBuffer) =>
        NetworkNamespace.Run(() =>
        {
            using ConntrackFixture table = ConntrackFixture.Open();
            table.Add(flows);
            using ConntrackWatch watch = ConntrackWatch.Open(filter, receiveBuffer, interval);
            body(watch, table);
        });
}
