using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Server;
using Xunit;

namespace ProxyHelper.Tests.Netlink;

/// <summary>
/// Tests which addresses count as new, on the real kernel. A program that a test starts holds the descriptors of other
/// tests for a moment, so no other test runs at the same time.
/// </summary>
[Collection(nameof(Alone))]
[Trait("Promise", "failover-grace")]
public sealed class AppearanceWatchTests
{
    private const int Patience = 60_000; // milliseconds; a report arrives at once unless the machine is busy
    private const int Many = 2000;

    [Fact]
    public void An_address_is_new_each_time_it_is_added() => With((watch, ready) =>
    {
        Assert.Equal(["10.1.1.1", "127.0.0.1"], watch.AtStart.Select(one => $"{one.Local}").Order());
        for (int time = 0; time < 2; time++)
        {
            Tool.Run("ip", "address", "add", "10.1.1.2/24", "dev", "lo");
            Assert.True(ready.Wait(Patience));
            Assert.Equal(["10.1.1.2"], Appeared(watch));
            Assert.False(ready.Wait(0));
            Tool.Run("ip", "address", "del", "10.1.1.2/24", "dev", "lo");
            Assert.True(ready.Wait(Patience));
            Assert.Empty(Appeared(watch));
        }

        // Both reports wait when the list is read.
        Tool.Run("ip", "address", "del", "10.1.1.1/32", "dev", "lo");
        TimeSpan removedAt = Clock.System.Running; // the kernel counts hundredths of a second
        SpinWait.SpinUntil(() => Clock.System.Running - removedAt > TimeSpan.FromMilliseconds(20));
        Tool.Run("ip", "address", "add", "10.1.1.1/32", "dev", "lo");
        Assert.Equal(["10.1.1.1"], Appeared(watch));
    });

    [Fact]
    public void A_refreshed_lifetime_and_a_second_interface_make_no_new_address() => With((watch, ready) =>
    {
        Tool.Run("ip", "address", "change", "10.1.1.1/32", "dev", "lo", "valid_lft", "600", "preferred_lft", "300");
        Assert.True(ready.Wait(Patience));
        Assert.Empty(Appeared(watch));
        Tool.Run("ip", "link", "add", "second", "type", "veth", "peer", "name", "other");
        Tool.Run("ip", "address", "add", "10.1.1.1/32", "dev", "second");
        Assert.True(ready.Wait(Patience));
        Assert.Empty(Appeared(watch));
        Tool.Run("ip", "address", "del", "10.1.1.1/32", "dev", "lo");
        Assert.True(ready.Wait(Patience));
        Assert.Empty(Appeared(watch));
    });

    [Fact]
    public void Lost_reports_hide_no_address() => With((watch, ready) =>
    {
        string[] addresses = [.. Enumerable.Range(0, Many).Select(i => $"10.2.{i / 250}.{i % 250}")];
        string batch = Path.GetTempFileName();
        File.WriteAllLines(batch, addresses.Select(address => $"address add {address}/32 dev lo"));
        Tool.Run("ip", "-batch", batch);
        File.Delete(batch);
        Assert.True(ready.Wait(Patience));
        Assert.Equal(addresses.Order(), Appeared(watch).Order());
        Assert.False(ready.Wait(0));
    });

    [Fact]
    public void After_a_fault_the_list_is_read_again() => NetworkNamespace.Run(() =>
    {
        var opened = new List<NetlinkSocket>();
        using var reader = new AddressReader(Open);
        using AppearanceWatch watch = AppearanceWatch.Open(reader);
        Tool.Run("ip", "address", "add", "10.1.1.1/32", "dev", "lo");
        Sabotage.Kill(opened[0].Handle);
        Assert.Empty(watch.FindAppeared());
        Assert.True(watch.IsBehind);
        Assert.Equal(["10.1.1.1"], Appeared(watch));
        Assert.False(watch.IsBehind);
        Assert.Equal(3, opened.Count); // the reader, the reports, the reader again

        NetlinkSocket Open(int protocol, int receiveBuffer)
        {
            opened.Add(NetlinkSocket.Open(protocol, receiveBuffer));
            return opened[^1];
        }
    });

    [Fact]
    public void The_age_of_an_address_is_known() => With((watch, _) =>
    {
        HostAddress address = Assert.Single(watch.AtStart, one => $"{one.Local}" == "10.1.1.1");
        Assert.InRange(
            address.AgeAt(Clock.System.Running) ?? TimeSpan.MaxValue, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    });

    [Theory]
    [InlineData(1000, 0, 1000)]
    [InlineData(1000, 1050, 0)]
    [InlineData(1000, 1200, null)]
    [InlineData(0x1_0000_0010, 0xffff_fff0, 0x20)]
    public void An_age_counts_hundredths_modulo_their_largest_number(long running, uint createdAt, int? age) =>
        Assert.Equal(
            age is { } hundredths ? TimeSpan.FromMilliseconds(10L * hundredths) : null,
            new HostAddress(null, null, null, 0, createdAt).AgeAt(TimeSpan.FromMilliseconds(10 * running)));

    private static string[] Appeared(AppearanceWatch watch) => [.. watch.FindAppeared().Select(one => $"{one.Local}")];

    private static void With(Action<AppearanceWatch, PollSet> body) => NetworkNamespace.Run(
        () =>
        {
            using var reader = new AddressReader(NetlinkSocket.Open);
            using AppearanceWatch watch = AppearanceWatch.Open(reader);
            body(watch, new PollSet(watch.Reports));
        },
        "10.1.1.1");
}
