using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using Xunit;

namespace ProxyHelper.Tests.Conntrack.Wire;

/// <summary>What of a filter the kernel is asked to do, as -Verbose tells it.</summary>
public sealed class AskedOfKernelTests
{
    private static readonly EndPointPattern _source = EndPointPattern.Parse("10.1.1.1:10943"), _network = EndPointPattern.Parse("10.1.1.0/24");

    [Fact]
    public void Without_a_filter_it_is_asked_for_everything() => Assert.Equal("all entries", Asked(ConntrackFilter.Everything));

    [Fact]
    public void One_address_is_the_kernels_to_compare() => Assert.Equal(
        "IPv4, protocol Tcp, original source 10.1.1.1:10943, mark 0x7, zone 3",
        Asked(new ConntrackFilter { Protocols = [IPProtocol.Tcp], OriginalSources = [_source], Mark = MarkPattern.Parse("7"), Zones = [3] }));

    [Fact]
    public void Of_several_it_is_asked_for_what_they_have_in_common() =>
        Assert.Equal("IPv4", Asked(new ConntrackFilter { OriginalDestinations = [_source, _source], Protocols = [IPProtocol.Tcp, IPProtocol.Udp], Zones = [1, 2] }));

    [Fact]
    public void A_network_is_of_its_family() => Assert.Equal("IPv4", Asked(new ConntrackFilter { OriginalSources = [_network] }));

    private static string Asked(ConntrackFilter filter) => new ConntrackListing(filter, progress: null, CancellationToken.None).DescribeKernelFilter();
}
