using System.Globalization;
using Microsoft.Win32.SafeHandles;
using ProxyHelper.Addresses;
using ProxyHelper.Netlink;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Server;
using Xunit;

namespace ProxyHelper.Tests.Netlink;

/// <summary>Which addresses are this host's. One test looks for a descriptor in the whole process; so no other test runs beside these.</summary>
[Collection(nameof(Alone))]
public sealed class LocalAddressesTests
{
    private const int Patience = 60_000; // milliseconds for what takes about one second

    [Fact]
    public void Loopback_and_the_hosts_addresses_are_its_own_and_no_others() => NetworkNamespace.Run(
        () =>
        {
            using LocalAddresses own = LocalAddresses.Open();
            Assert.All(["127.0.0.1", "127.255.255.254", "194.0.1.1", "194.0.1.2"], address => Assert.True(Has(own, address)));
            Assert.All(["126.255.255.255", "128.0.0.0", "194.0.1.3", "0.0.0.0", "255.255.255.255"], address => Assert.False(Has(own, address)));
        },
        "194.0.1.1",
        "194.0.1.2");

    [Fact]
    public void An_address_that_comes_or_goes_is_noticed() => NetworkNamespace.Run(() =>
    {
        using LocalAddresses own = LocalAddresses.Open();
        Assert.False(Has(own, "194.0.1.1"));
        Tool.Run("ip", "address", "add", "194.0.1.1/32", "dev", "lo");
        Assert.True(SpinWait.SpinUntil(() => Has(own, "194.0.1.1"), Patience));
        Tool.Run("ip", "address", "del", "194.0.1.1/32", "dev", "lo");
        Assert.True(SpinWait.SpinUntil(() => !Has(own, "194.0.1.1"), Patience));
    });

    [Fact]
    public void As_many_addresses_as_need_several_answers_are_all_known() => NetworkNamespace.Run(() =>
    {
        string[] addresses = [.. Enumerable.Range(0, 2000).Select(i => $"10.{i / 250}.{i % 250}.1")];
        string batch = Path.GetTempFileName();
        File.WriteAllLines(batch, addresses.Select(address => $"address add {address}/24 dev lo"));
        Tool.Run("ip", "-batch", batch);
        File.Delete(batch);

        using LocalAddresses own = LocalAddresses.Open();

        Assert.All(addresses, address => Assert.True(Has(own, address)));
        Assert.False(Has(own, "10.0.0.2"));
    });

    [Fact]
    public void A_second_address_of_a_network_is_its_own_and_the_other_end_of_a_line_is_not() => NetworkNamespace.Run(() =>
    {
        Tool.Run("ip", "address", "add", "10.1.1.1/24", "dev", "lo");
        Tool.Run("ip", "address", "add", "10.1.1.2/24", "dev", "lo");
        Tool.Run("ip", "address", "add", "10.2.2.1", "peer", "10.2.2.2", "dev", "lo");
        using LocalAddresses own = LocalAddresses.Open();
        Assert.All(["10.1.1.1", "10.1.1.2", "10.2.2.1"], address => Assert.True(Has(own, address)));
        Assert.False(Has(own, "10.2.2.2"));
    });

    [Fact]
    public void While_the_kernel_cannot_be_asked_only_loopback_is_its_own_and_a_new_socket_mends_it() => NetworkNamespace.Run(
        () =>
        {
            string[] before = Sockets();
            using LocalAddresses own = LocalAddresses.Open();
            string descriptor = Path.GetFileName(Assert.Single(Sockets().Except(before)));
            using var socket = new SafeFileHandle(int.Parse(descriptor, CultureInfo.InvariantCulture), ownsHandle: false);

            Sabotage.Kill(socket);

            Assert.True(SpinWait.SpinUntil(() => !Has(own, "194.0.1.1"), Patience)); // the call that fails says so, so it is not missed
            Assert.True(Has(own, "127.0.0.1"));
            Assert.True(SpinWait.SpinUntil(() => Has(own, "194.0.1.1"), Patience));
        },
        "194.0.1.1");

    private static string[] Sockets() =>
        [.. Directory.GetFileSystemEntries("/proc/self/fd").Where(path => new FileInfo(path).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true)];

    private static bool Has(LocalAddresses own, string address) => own.Contains(IPv4Address.Parse(address));
}
