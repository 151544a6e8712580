using System.Globalization;
using System.Management.Automation;
using ProxyHelper.Conntrack;
using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

public sealed class MeasureNatMappingTests
{
    [Fact]
    public void It_counts_by_protocol_state_and_kind_of_NAT() => ClassicRouter.Run(session =>
    {
        ConntrackSummary summary = session.One<ConntrackSummary>("Measure-NatMapping");
        Assert.Equal((3u, 3L), (summary.Entries, summary.Mappings!.Value));
        Assert.Equal("Tcp 2, Udp 1", Words(summary.ByProtocol));
        Assert.Equal("Tcp 2, Udp 1", summary.ByProtocol!.ToString()); // as ConvertTo-Csv writes it
        Assert.Equal("Established 2", Words(summary.ByState));
        Assert.Equal(["Both 1", "None 1", "Source 1"], summary.ByNatType!.Select(group => group.ToString()).Order());
        Assert.Equal(Limit(), summary.Maximum);
        Assert.Empty(session.Warnings);
    });

    [Fact]
    public void Filters_count_what_fits_and_the_table_is_counted_whole() => ClassicRouter.Run(session =>
    {
        ConntrackSummary summary = session.One<ConntrackSummary>("Measure-NatMapping -Protocol Udp");
        Assert.Equal((3u, 1L, "Source 1"), (summary.Entries, summary.Mappings!.Value, Words(summary.ByNatType)));
    });

    [Fact]
    public void Quick_gives_what_needs_no_listing() => ClassicRouter.Run(session =>
    {
        ConntrackSummary summary = session.One<ConntrackSummary>("Measure-NatMapping -Quick");
        Assert.Equal((3u, null, null), (summary.Entries, summary.Mappings, summary.ByProtocol));
    });

    [Fact]
    public void What_the_kernel_has_counted_is_in_it() => ClassicRouter.Run(session =>
    {
        Requirement.Tool("conntrack");
        string[] words = Tool.Run("conntrack", "-S").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        long expected = words.Where(word => word.StartsWith("insert=", StringComparison.Ordinal)).Sum(word => long.Parse(word[7..], CultureInfo.InvariantCulture));
        Assert.Equal(expected, session.One<ConntrackSummary>("Measure-NatMapping -Quick").Insert);
    });

    [Theory]
    [InlineData(89u, 100u, false)]
    [InlineData(90u, 100u, true)]
    [InlineData(100u, 100u, true)]
    [InlineData(4_000_000_000u, 4_294_967_295u, true)]
    [InlineData(5u, 0u, false)] // no limit
    [InlineData(5u, null, false)]
    public void A_table_of_nine_tenths_is_nearly_full(uint entries, uint? maximum, bool isNearlyFull) =>
        Assert.Equal(isNearlyFull, new ConntrackStatistics(entries, maximum).IsNearlyFull);

    [Fact]
    public void Without_the_capability_the_error_says_which_it_needs() => ClassicRouter.Run(session =>
    {
        Capability.DropNetAdmin();
        ErrorShape.Check(session.Failure("Measure-NatMapping"), "NeedsNetAdmin", "MeasureNatMapping", ErrorCategory.PermissionDenied, "CAP_NET_ADMIN");
    });

    private static string Words(IReadOnlyList<ConntrackGroup>? groups) => string.Join(", ", groups!);

    private static uint Limit() => uint.Parse(File.ReadAllText("/proc/sys/net/netfilter/nf_conntrack_max"), CultureInfo.InvariantCulture);
}
