using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Tests look-ups of many entries in one batch.</summary>
public sealed class ConntrackBatchTests
{
    private static readonly ConntrackFlow[] _flows =
        [.. Enumerable.Range(1, ConntrackTable.MaximumLookups).Select(Flow)];

    private static readonly ConntrackTuple[] _replies = [.. _flows.Select(KernelTable.ReplyOf)];

    [Fact]
    [Trait("Promise", "correct-reply")]
    public void Sixty_four_results_are_in_the_order_of_their_tuples() => KernelTable.With(FlowsInTable(), table =>
    {
        Lookup[] expected =
        [
            .. _flows.Select((flow, i) => IsInTable(i)
                ? new Lookup(LookupOutcome.Found, KernelTable.OriginalOf(flow))
                : new Lookup(LookupOutcome.NotFound, default)),
        ];
        var lookups = new Lookup[ConntrackTable.MaximumLookups];
        for (int round = 0; round < 3; round++)
        {
            Assert.Equal(Errno.None, table.FindMany(_replies, lookups));
            Assert.Equal(expected, lookups);
            Array.Reverse(lookups); // earlier results must not matter
        }
    });

    [Fact]
    public void A_smaller_batch_after_a_larger_batch_changes_only_its_own_results() => KernelTable.With(_flows, table =>
    {
        var lookups = new Lookup[ConntrackTable.MaximumLookups];
        table.FindMany(_replies, lookups);
        Lookup last = lookups[^1];
        table.FindMany(_replies.AsSpan(10, 2), lookups);
        Assert.Equal(
            [KernelTable.OriginalOf(_flows[10]), KernelTable.OriginalOf(_flows[11])],
            [lookups[0].Original, lookups[1].Original]);
        Assert.Equal(last, lookups[^1]);
    });

    [Fact]
    public void A_batch_allocates_nothing() => KernelTable.With(FlowsInTable(), table =>
    {
        var lookups = new Lookup[ConntrackTable.MaximumLookups];
        Repeat(table, lookups, 100);
        // The runtime may allocate once when rarely used code runs for the first time.
        Assert.InRange(
            Enumerable.Range(0, 5).Count(_ => AllocatedBy(() => Repeat(table, lookups, 1000)) > 0), 0, 1);
        Assert.Equal(FlowsInTable().Length, lookups.Count(lookup => lookup.Outcome == LookupOutcome.Found));
    });

    [Fact]
    public void A_table_works_after_it_was_reopened() => KernelTable.With([_flows[0]], table =>
    {
        table.Reopen();
        Assert.NotNull(table.Find(_replies[0]));
        Assert.Null(table.Find(_replies[1]));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(ConntrackTable.MaximumLookups + 1)]
    public void A_table_is_not_opened_for_a_batch_that_the_socket_cannot_hold(int lookups) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ConntrackTable.Open(lookups));

    private static long AllocatedBy(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static ConntrackFlow[] FlowsInTable() => [.. _flows.Where((_, i) => IsInTable(i))];

    private static bool IsInTable(int index) => index % 3 != 1;

    private static ConntrackFlow Flow(int number) =>
        ConntrackFlow.Tcp(
            $"10.1.1.{number}:{10000 + number}", "4.1.1.1:25", "194.0.22.9:9199", $"194.0.1.1:{20000 + number}");

    private static void Repeat(ConntrackTable table, Lookup[] lookups, int times)
    {
        for (int i = 0; i < times; i++)
        {
            table.FindMany(_replies, lookups);
        }
    }
}
