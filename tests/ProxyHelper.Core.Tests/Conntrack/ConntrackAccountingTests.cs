using ProxyHelper.Conntrack;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Tests the counters and times that the kernel keeps of connections with real packets.</summary>
public sealed class ConntrackAccountingTests
{
    private const int HeaderBytes = 20 + 8; // IPv4 and UDP

    [Fact]
    public void Counters_and_times_are_null_if_the_kernel_does_not_keep_them() => LoopbackTalk.Track(() =>
    {
        ConntrackEntry entry = Talk();
        Assert.Equal((null, null), (entry.OriginalPackets, entry.OriginalBytes));
        Assert.Equal((null, null), (entry.ReplyPackets, entry.ReplyBytes));
        Assert.Null(entry.StartedAt);
    });

    [Fact]
    public void Counters_count_each_direction_if_the_kernel_keeps_them() => LoopbackTalk.Track(() =>
    {
        LoopbackTalk.Keep("acct");
        ConntrackEntry entry = Talk();
        Assert.Equal((2ul, (ulong)((2 * HeaderBytes) + 10 + 20)), (entry.OriginalPackets, entry.OriginalBytes));
        Assert.Equal((1ul, (ulong)(HeaderBytes + 30)), (entry.ReplyPackets, entry.ReplyBytes));
        Assert.Null(entry.StartedAt);
    });

    [Fact]
    public void An_entry_has_its_start_if_the_kernel_keeps_it() => LoopbackTalk.Track(() =>
    {
        LoopbackTalk.Keep("timestamp");
        DateTimeOffset before = DateTimeOffset.UtcNow;
        ConntrackEntry entry = Talk();
        // The unit and the era, not the precision.
        Assert.InRange(entry.StartedAt!.Value, before.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.Null(entry.OriginalPackets);
    });

    private static ConntrackEntry Talk()
    {
        ConntrackTuple reply = LoopbackTalk.Talk();
        using ConntrackTable table = ConntrackTable.Open();
        ConntrackEntry? entry = table.Find(reply);
        Assert.Equal(reply.Destination, entry?.OriginalSource);
        return entry!;
    }
}
