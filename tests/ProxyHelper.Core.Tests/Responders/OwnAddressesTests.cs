using ProxyHelper.Responders;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Responders;

public sealed class OwnAddressesTests
{
    private const int Patience = 60_000; // milliseconds for what takes about one second

    [Fact]
    public void Loopback_and_the_hosts_addresses_are_its_own_and_no_others() => NetworkNamespace.Run(
        () =>
        {
            using OwnAddresses own = OwnAddresses.Open();
            Assert.All(["127.0.0.1", "127.255.255.254", "194.0.1.1", "194.0.1.2"], address => Assert.True(Has(own, address)));
            Assert.All(["126.255.255.255", "128.0.0.0", "194.0.1.3", "0.0.0.0", "255.255.255.255"], address => Assert.False(Has(own, address)));
        },
        "194.0.1.1",
        "194.0.1.2");

    [Fact]
    public void An_address_that_comes_or_goes_is_noticed() => NetworkNamespace.Run(() =>
    {
        using OwnAddresses own = OwnAddresses.Open();
        Assert.False(Has(own, "194.0.1.1"));
        Tool.Run("ip", "address", "add", "194.0.1.1/32", "dev", "lo");
        Assert.True(SpinWait.SpinUntil(() => Has(own, "194.0.1.1"), Patience));
        Tool.Run("ip", "address", "del", "194.0.1.1/32", "dev", "lo");
        Assert.True(SpinWait.SpinUntil(() => !Has(own, "194.0.1.1"), Patience));
    });

    [Fact]
    public void As_many_addresses_as_need_several_answers_are_all_known() => NetworkNamespace.Run(() =>
    {
        string[] addresses = [.. Enumerable.Range(0, 1000).Select(i => $"10.{i / 250}.{i % 250}.1")];
        string batch = Path.GetTempFileName();
        File.WriteAllLines(batch, addresses.Select(address => $"address add {address}/24 dev lo"));
        Tool.Run("ip", "-batch", batch);
        File.Delete(batch);

        using OwnAddresses own = OwnAddresses.Open();

        Assert.All(addresses, address => Assert.True(Has(own, address)));
        Assert.False(Has(own, "10.0.0.2"));
    });

    private static bool Has(OwnAddresses own, string address) => own.Contains(Addresses.Number(address));
}
