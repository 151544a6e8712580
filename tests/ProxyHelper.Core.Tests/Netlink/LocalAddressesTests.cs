using System.Globalization;
using Microsoft.Win32.SafeHandles;
using ProxyHelper.Addresses;
using ProxyHelper.Netlink;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Server;
using Xunit;

namespace ProxyHelper.Tests.Netlink;

/// <summary>
/// Tests which addresses are local. One test searches all descriptors of the process, so no other test runs at the same
/// time.
/// </summary>
[Collection(nameof(Alone))]
public sealed class LocalAddressesTests
{
    private const int Patience = 60_000; // milliseconds; the events take about one second

    [Fact]
    public void Only_loopback_and_the_hosts_addresses_are_local() => NetworkNamespace.Run(
        () =>
        {
            using LocalAddresses own = LocalAddresses.Open();
            Assert.All(
                ["127.0.0.1", "127.255.255.254", "194.0.1.1", "194.0.1.2"], address => Assert.True(Has(own, address)));
            Assert.All(
                ["126.255.255.255", "128.0.0.0", "194.0.1.3", "0.0.0.0", "255.255.255.255"],
                address => Assert.False(Has(own, address)));
        },
        "194.0.1.1",
        "194.0.1.2");

    [Fact]
    [Trait("Promise", "address-changes")]
    public void A_new_address_and_a_removed_address_are_noticed() => NetworkNamespace.Run(() =>
    {
        using LocalAddresses own = LocalAddresses.Open();
        Assert.False(Has(own, "194.0.1.1"));
        Tool.Run("ip", "address", "add", "194.0.1.1/32", "dev", "lo");
        Assert.True(SpinWait.SpinUntil(() => Has(own, "194.0.1.1"), Patience));
        Tool.Run("ip", "address", "del", "194.0.1.1/32", "dev", "lo");
        Assert.True(SpinWait.SpinUntil(() => !Has(own, "194.0.1.1"), Patience));
    });

    [Fact]
    public void Addresses_of_several_datagrams_are_all_known() => NetworkNamespace.Run(() =>
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
    public void A_second_address_is_local_and_the_peer_of_a_line_is_not() => NetworkNamespace.Run(() =>
    {
        Tool.Run("ip", "address", "add", "10.1.1.1/24", "dev", "lo");
        Tool.Run("ip", "address", "add", "10.1.1.2/24", "dev", "lo");
        Tool.Run("ip", "address", "add", "10.2.2.1", "peer", "10.2.2.2", "dev", "lo");
        using LocalAddresses own = LocalAddresses.Open();
        Assert.All(["10.1.1.1", "10.1.1.2", "10.2.2.1"], address => Assert.True(Has(own, address)));
        Assert.False(Has(own, "10.2.2.2"));
    });

    [Fact]
    public void After_a_fault_only_loopback_is_local_until_a_new_socket_works() => NetworkNamespace.Run(
        () =>
        {
            string[] before = Sockets();
            using LocalAddresses own = LocalAddresses.Open();
            string descriptor = Path.GetFileName(Assert.Single(Sockets().Except(before)));
            using var socket = new SafeFileHandle(
                int.Parse(descriptor, CultureInfo.InvariantCulture), ownsHandle: false);

            Sabotage.Kill(socket);

            // The failing call already returns false.
            Assert.True(SpinWait.SpinUntil(() => !Has(own, "194.0.1.1"), Patience));
            Assert.True(Has(own, "127.0.0.1"));
            Assert.True(SpinWait.SpinUntil(() => Has(own, "194.0.1.1"), Patience));
        },
        "194.0.1.1");

    private static string[] Sockets() =>
        [.. Directory.GetFileSystemEntries("/proc/self/fd").Where(IsSocket)];

    private static bool IsSocket(string path) =>
        new FileInfo(path).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true;

    private static bool Has(LocalAddresses own, string address) => own.Contains(IPv4Address.Parse(address));
}
