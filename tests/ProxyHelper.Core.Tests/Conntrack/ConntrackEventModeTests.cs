using ProxyHelper.Conntrack;
using ProxyHelper.Netlink;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Tests a watch in each mode of net.netfilter.nf_conntrack_events.</summary>
public sealed class ConntrackEventModeTests
{
    /// <summary>
    /// The setting 1 does not help an entry that was made before: the kernel never sends events for the entry.
    /// </summary>
    [Theory]
    [InlineData("0", ConntrackEventMode.None)]
    [InlineData("1", ConntrackEventMode.All)]
    [InlineData("2", ConntrackEventMode.WhileListening)]
    public void Without_events_a_listing_finds_each_change(string setting, ConntrackEventMode mode) =>
        NetworkNamespace.Run(() =>
        {
            using ConntrackFixture table = ConntrackFixture.Open();
            ConntrackFlow older = ConntrackFlow.Udp("10.1.1.2:5353", "4.1.1.53:53");
            SetEvents("0");
            table.Add(older);
            SetEvents(setting);
            using ConntrackWatch watch = ConntrackWatch.Open(
                ConntrackFilter.Everything,
                ConntrackWatch.DefaultReceiveBuffer,
                TimeSpan.FromMilliseconds(1),
                NetlinkSocket.Open);
            Assert.Equal(mode, watch.EventMode);
            Assert.Equal(ConntrackChangeKind.Present, Next(watch).Change);
            table.Delete(older);
            Assert.Equal(ConntrackChangeKind.Destroyed, Next(watch).Change);
            table.Add(KernelTable.Mail);
            Assert.Equal(ConntrackChangeKind.New, Next(watch).Change);
            Tool.Run("conntrack", "-U", "-s", "10.1.1.1", "--mark", "7");
            ConntrackChange updated = Next(watch);
            Assert.Equal((ConntrackChangeKind.Updated, 7u), (updated.Change, updated.Mark!.Value));
        });

    [Fact]
    public void The_mode_is_read_again_at_each_listing() => NetworkNamespace.Run(() =>
    {
        using ConntrackFixture table = ConntrackFixture.Open();
        table.Add(KernelTable.Mail);
        using ConntrackWatch watch = ConntrackWatch.Open(
            ConntrackFilter.Everything,
            ConntrackWatch.DefaultReceiveBuffer,
            TimeSpan.FromMilliseconds(1),
            NetlinkSocket.Open);
        Assert.Equal(ConntrackChangeKind.Present, Next(watch).Change);
        foreach ((string setting, ConntrackEventMode mode) in
            new[] { ("0", ConntrackEventMode.None), ("1", ConntrackEventMode.All) })
        {
            SetEvents(setting);
            ConntrackFlow flow = ConntrackFlow.Udp($"10.1.1.{(int)mode}:5353", "4.1.1.53:53");
            table.Add(flow);
            Assert.Equal(ConntrackChangeKind.New, Next(watch).Change);
            table.Delete(flow);
            Assert.Equal(ConntrackChangeKind.Destroyed, Next(watch).Change);
            while (watch.EventMode != mode)
            {
                watch.Next(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken, out _);
            }
        }
    });

    [Fact]
    public void The_mode_is_that_of_the_network_namespace_of_the_thread() => NetworkNamespace.Run(() =>
    {
        SetEvents("0");
        Assert.Equal(ConntrackEventMode.WhileListening, NetworkNamespace.Run(ConntrackSettings.ReadEventMode));
        Assert.Equal(ConntrackEventMode.None, ConntrackSettings.ReadEventMode());
    });

    [Fact]
    public void The_receive_buffer_has_the_size_that_the_kernel_gave() => NetworkNamespace.Run(() =>
    {
        using ConntrackWatch watch = ConntrackWatch.Open(ConntrackFilter.Everything, receiveBuffer: 1 << 20);
        Assert.Equal(1 << 20, watch.ReceiveBuffer);
    });

    private static ConntrackChange Next(ConntrackWatch watch)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        Assert.Equal(WatchOutcome.Changed, watch.Next(TimeSpan.FromMinutes(1), token, out ConntrackChange? change));
        return change!;
    }

    private static void SetEvents(string setting) =>
        File.WriteAllText("/proc/sys/net/netfilter/nf_conntrack_events", setting);
}
