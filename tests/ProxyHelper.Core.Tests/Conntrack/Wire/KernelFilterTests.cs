using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using Xunit;

namespace ProxyHelper.Tests.Conntrack.Wire;

/// <summary>Tests which part of a filter the kernel applies.</summary>
public sealed class KernelFilterTests
{
    private static readonly EndPointPattern _source = EndPointPattern.Parse("10.1.1.1:10943");
    private static readonly EndPointPattern _network = EndPointPattern.Parse("10.1.1.0/24");

    [Fact]
    public void Without_a_filter_the_kernel_lists_all_entries() =>
        Assert.Equal("all entries", Describe(ConntrackFilter.Everything));

    [Fact]
    public void The_kernel_compares_one_address() => Assert.Equal(
        "IPv4, protocol Tcp, original source 10.1.1.1:10943, mark 0x7, zone 3",
        Describe(new ConntrackFilter
        {
            Protocols = [IPProtocol.Tcp],
            OriginalSources = [_source],
            Mark = MarkPattern.Parse("7"),
            Zones = [3],
        }));

    [Fact]
    public void Of_several_values_the_kernel_compares_only_the_family() =>
        Assert.Equal(
            "IPv4",
            Describe(new ConntrackFilter
            {
                OriginalDestinations = [_source, _source],
                Protocols = [IPProtocol.Tcp, IPProtocol.Udp],
                Zones = [1, 2],
            }));

    [Fact]
    public void Of_a_prefix_the_kernel_compares_only_the_family() =>
        Assert.Equal("IPv4", Describe(new ConntrackFilter { OriginalSources = [_network] }));

    private static string Describe(ConntrackFilter filter) =>
        new ConntrackListing(filter, progress: null, CancellationToken.None).DescribeKernelFilter();
}
