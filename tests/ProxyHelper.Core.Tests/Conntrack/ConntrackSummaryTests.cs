using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;
using ProxyHelper.Tests.Conntrack.Saved;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Tests the summary of the table.</summary>
public sealed class ConntrackSummaryTests
{
    [Fact]
    public void Entries_are_counted_by_protocol_state_and_type_of_NAT_with_the_most_frequent_first()
    {
        var tally = new ConntrackTally();
        string[] lines =
        [
            SampleLines.Plain, SampleLines.Mail, SampleLines.Zone, SampleLines.Old, SampleLines.Echo, SampleLines.Sctp,
        ];
        foreach (string line in lines)
        {
            Assert.True(SavedEntry.TryRead(line, out ConntrackEntry? entry, out _));
            tally.Add(entry);
        }

        Assert.Equal(6, tally.Mappings);
        Assert.Equal("Udp 2, Tcp 2, Icmp 1, Sctp 1", $"{tally.ByProtocol}");
        Assert.Equal("Established 2, CookieEchoed 1", $"{tally.ByState}");
        Assert.Equal("None 4, Both 1, Source 1", $"{tally.ByNatType}");
    }

    [Theory]
    [InlineData(0u, 100u, 0.0)]
    [InlineData(1u, 3u, 33.3)]
    [InlineData(4_000_000_000u, 4_000_000_000u, 100.0)]
    [InlineData(5u, 0u, null)]
    [InlineData(5u, null, null)]
    public void The_fill_level_is_known_if_the_kernel_reports_the_limit(uint entries, uint? maximum, double? percent) =>
        Assert.Equal(
            percent, new ConntrackSummary(new ConntrackStatistics(entries, maximum), default, tally: null).FillPercent);

    [Fact]
    public void Each_counter_of_the_kernel_has_its_own_property()
    {
        var counters = new ConntrackCounters
        {
            Found = 1,
            Invalid = 2,
            Insert = 3,
            InsertFailed = 4,
            Drop = 5,
            EarlyDrop = 6,
            Error = 7,
            SearchRestart = 8,
            ClashResolve = 9,
            ChainTooLong = 10,
        };
        var summary = new ConntrackSummary(new ConntrackStatistics(12, 100), counters, tally: null);
        Assert.Equal(
            [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
            [
                summary.Found, summary.Invalid, summary.Insert, summary.InsertFailed, summary.Drop, summary.EarlyDrop,
                summary.Error, summary.SearchRestart, summary.ClashResolve, summary.ChainTooLong,
            ]);
        Assert.Equal((12u, 100u, null, null), (summary.Entries, summary.Maximum, summary.Mappings, summary.ByProtocol));
    }

    [Theory]
    [InlineData(89u, 100u, false)]
    [InlineData(90u, 100u, true)]
    [InlineData(100u, 100u, true)]
    [InlineData(4_000_000_000u, 4_294_967_295u, true)]
    [InlineData(5u, 0u, false)] // no limit
    [InlineData(5u, null, false)]
    public void A_table_is_nearly_full_from_nine_tenths_on(uint entries, uint? maximum, bool isNearlyFull) =>
        Assert.Equal(isNearlyFull, new ConntrackStatistics(entries, maximum).IsNearlyFull);
}
