using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;
using Xunit;

namespace ProxyHelper.Tests.Conntrack.Saved;

/// <summary>Tests lines of saved tables, both complete and changed.</summary>
public sealed class SavedEntryTests
{
    public static TheoryData<string> Lines { get; } = [.. SampleLines.All];

    [Theory]
    [InlineData(SampleLines.Mail, "Tcp 10.1.1.1:10943 -> 4.1.1.1:25, translated to 194.0.1.1:20119 -> 194.0.22.9:9199")]
    [InlineData(SampleLines.Plain, "Udp 10.1.1.4:10943 -> 4.1.1.1:25, translated to 10.1.1.4:10943 -> 4.1.1.1:25")]
    [InlineData(SampleLines.Zone, "Udp 10.1.1.3:10943 -> 4.1.1.1:25, translated to 10.1.1.3:10943 -> 4.1.1.1:25")]
    [InlineData(SampleLines.Echo, "Icmp 10.1.1.5:77 -> 4.1.1.1:0, translated to 194.0.1.1:50000 -> 4.1.1.1:0")]
    [InlineData(
        SampleLines.EchoInProc,
        "IcmpV6 [2001:db8::1]:78 -> [2001:db8::2]:0, translated to [2001:db8::1]:78 -> [2001:db8::2]:0")]
    [InlineData(SampleLines.GreInProc, "Gre 10.1.1.6:291 -> 4.1.1.1:1110, translated to 10.1.1.6:291 -> 4.1.1.1:1110")]
    [InlineData(SampleLines.Sctp, "Sctp 10.1.1.7:1 -> 4.1.1.1:2, translated to 10.1.1.7:1 -> 4.1.1.1:2")]
    [InlineData(SampleLines.Unknown, "Esp 10.1.1.8:0 -> 4.1.1.1:0, translated to 10.1.1.8:0 -> 4.1.1.1:0")]
    [InlineData(SampleLines.DccpInProc, "Dccp 10.1.1.8:0 -> 4.1.1.1:0, translated to 10.1.1.8:0 -> 4.1.1.1:0")]
    [InlineData(SampleLines.Event, "Tcp 10.1.1.3:10943 -> 4.1.1.1:25, translated to 10.1.1.3:10943 -> 4.1.1.1:25")]
    [InlineData(SampleLines.Offloaded, "Tcp 10.1.1.1:10943 -> 4.1.1.1:25, translated to 194.0.1.1:10943 -> 4.1.1.1:25")]
    [InlineData(
        SampleLines.OffloadedToCard, "Udp 10.1.1.1:10943 -> 4.1.1.1:53, translated to 194.0.1.1:10943 -> 4.1.1.1:53")]
    [InlineData(SampleLines.Old, "Tcp 10.1.1.1:10943 -> 4.1.1.1:25, translated to 10.1.1.1:10943 -> 4.1.1.1:25")]
    public void A_line_has_both_directions(string line, string mapping) => Assert.Equal(mapping, Read(line).ToString());

    [Theory]
    [InlineData(
        SampleLines.Mail,
        999,
        ConnectionState.Established,
        ConntrackStatus.SeenReply | ConntrackStatus.Assured,
        42u,
        0,
        1670499973u)]
    [InlineData(SampleLines.Plain, 999, null, ConntrackStatus.None, 0u, 8, null)]
    [InlineData(SampleLines.Zone, 999, null, ConntrackStatus.None, 0u, 7, null)]
    [InlineData(SampleLines.Echo, 999, null, ConntrackStatus.None, 0u, 0, 1215221032u)]
    [InlineData(SampleLines.EchoInProc, 999, null, ConntrackStatus.None, 0u, 0, null)]
    [InlineData(SampleLines.GreInProc, 999, null, ConntrackStatus.None, 0u, 0, null)]
    [InlineData(SampleLines.Sctp, 999, ConnectionState.CookieEchoed, ConntrackStatus.None, 0u, 0, null)]
    [InlineData(SampleLines.Unknown, 999, null, ConntrackStatus.None, 0u, 0, 210184453u)]
    [InlineData(SampleLines.Event, 1000, ConnectionState.SynSent, ConntrackStatus.None, 0u, 0, 4027790978u)]
    [InlineData(SampleLines.Offloaded, null, null, ConntrackStatus.SeenReply | ConntrackStatus.Offload, 0u, 3, null)]
    [InlineData(
        SampleLines.OffloadedToCard,
        null,
        null,
        ConntrackStatus.SeenReply | ConntrackStatus.Offload | ConntrackStatus.HardwareOffload,
        0u,
        0,
        null)]
    [InlineData(
        SampleLines.Old,
        431999,
        ConnectionState.Established,
        ConntrackStatus.SeenReply | ConntrackStatus.Assured,
        null,
        0,
        null)]
    public void A_value_that_the_line_does_not_have_is_null(
        string line, int? seconds, ConnectionState? state, ConntrackStatus status, uint? mark, int zone, uint? id)
    {
        ConntrackEntry entry = Read(line);
        Assert.Equal((seconds, state, status), ((int?)entry.Timeout?.TotalSeconds, entry.State, entry.Status));
        Assert.Equal((mark, zone, id), (entry.Mark, entry.Zone, entry.Id));
    }

    [Fact]
    public void Each_direction_has_its_own_counters()
    {
        ConntrackEntry entry = Read(SampleLines.Mail);
        Assert.Equal(
            (3ul, 180ul, 2ul, 120ul),
            (entry.OriginalPackets, entry.OriginalBytes, entry.ReplyPackets, entry.ReplyBytes));
        entry = Read(SampleLines.Plain);
        Assert.Equal(
            (null, null, null, null),
            (entry.OriginalPackets, entry.OriginalBytes, entry.ReplyPackets, entry.ReplyBytes));
    }

    [Fact]
    public void The_start_is_local_time()
    {
        Assert.Equal(
            new DateTime(2026, 11, 25, 16, 43, 47, DateTimeKind.Local),
            Read(SampleLines.Mail).StartedAt!.Value.LocalDateTime);
        Assert.Null(Read(SampleLines.Plain).StartedAt);
    }

    [Theory]
    [InlineData("Wed Nov 25 16:20:01 2026", "2026-11-25T11:20:01")]
    [InlineData("Sun Nov  1 06:00:00 2026", "2026-11-01T01:00:00")]
    [InlineData("Thu Jan  1 00:00:00 1970", "1969-12-31T19:00:00")]
    [InlineData("Thu Dec 31 23:59:59 9998", "9998-12-31T18:59:59")]
    public void A_time_is_read_in_its_time_zone(string text, string universal)
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("five east", TimeSpan.FromHours(5), "five east", "five east");
        Assert.True(LocalTimeText.TryRead(text, zone, out DateTimeOffset time));
        Assert.Equal((universal, TimeSpan.Zero), (time.ToString("s"), time.Offset));
    }

    [Fact]
    public void An_IPv4_address_inside_an_IPv6_address_stays_IPv6()
    {
        const string line = "udp 17 9 src=::ffff:10.1.1.1 dst=2001:db8::2 sport=1 dport=2 "
            + "src=2001:db8::2 dst=0000:0000:0000:0000:0000:ffff:0a01:0101 sport=2 dport=1";
        Assert.Equal(
            "Udp [::ffff:10.1.1.1]:1 -> [2001:db8::2]:2, translated to [::ffff:10.1.1.1]:1 -> [2001:db8::2]:2",
            Read(line).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n")]
    [InlineData("conntrack v1.4.7 (conntrack-tools): 5 flow entries have been shown.")]
    [InlineData("conntrack v1.4.7 (conntrack-tools): 1 flow events have been shown.\r")]
    public void A_blank_line_and_the_summary_of_the_tool_have_no_entry_and_no_fault(string line)
    {
        Assert.False(SavedEntry.TryRead(line, out ConntrackEntry? entry, out SavedLineFault fault));
        Assert.Equal((null, SavedLineFault.None, null), (entry, fault, SavedEntry.Explain(line)));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void Unknown_words_and_other_spaces_make_no_difference(string line)
    {
        string longer = line.Replace(" src=", " stage=5, [LATER: a=b] src=", StringComparison.Ordinal);
        string changed = $"[NEWER] {longer}\t\tlabels=a,b helper=ftp secctx= =\r\n";
        Assert.Equal(ConntrackToolLine.Of(Read(line)), ConntrackToolLine.Of(Read(changed)));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_truncated_line_is_an_entry_only_if_it_has_both_directions(string line)
    {
        string protocol = Read(line).Protocol.ToString();
        int needed = line.LastIndexOf(
            line.Contains("port=", StringComparison.Ordinal) ? "dport=" : "dst=", StringComparison.Ordinal);
        for (int length = 0; length < line.Length; length++)
        {
            string cut = line[..length];
            bool isEntry = SavedEntry.TryRead(cut, out ConntrackEntry? entry, out SavedLineFault fault);
            Assert.Equal(isEntry, entry is not null);
            bool hasFault = fault != SavedLineFault.None;
            Assert.True(isEntry ? length > needed && !hasFault : cut.Length == 0 || hasFault, cut);
            Assert.Equal(fault == SavedLineFault.None, SavedEntry.Explain(cut) is null);
            Assert.Equal(isEntry ? protocol : null, entry?.Protocol.ToString());
        }
    }

    private static ConntrackEntry Read(string line)
    {
        Assert.True(
            SavedEntry.TryRead(line, out ConntrackEntry? entry, out SavedLineFault fault), SavedEntry.Explain(line));
        Assert.Equal((SavedLineFault.None, null), (fault, SavedEntry.Explain(line)));
        return entry;
    }
}
