using System.Text;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Pair;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis.Pair;

/// <summary>Tests the findings about conntrackd.</summary>
public sealed class SynchronizationChecksTests
{
    private static readonly ConntrackdStatistics _statistics = new()
    {
        Internal = 300, External = 5, Link = "sync", Received = 9, Errors = 0, Malformed = 0, Lost = 0,
    };

    private static readonly PairStatus _connected = new(_statistics, HearsPeer: true, null, null);

    [Fact]
    public void A_packet_of_the_other_router_ends_the_wait()
    {
        int asked = 0;
        PairStatus status = PairStatus.Read(_ => TestPair.Output(++asked < 3 ? 20 : 21), () => true);
        Assert.True(status.HearsPeer);
        Assert.Equal((3, 21ul), (asked, status.Statistics!.Received));
    }

    [Fact]
    public void Without_a_packet_the_state_of_the_link_is_asked_for()
    {
        int waits = 0;
        PairStatus status = PairStatus.Read(
            arguments => arguments is ["link"]
                ? new ToolOutput(
                    "conntrackd", Encoding.UTF8.GetBytes("UDP traffic device=sync status=DOWN role=ACTIVE:\n"), null)
                : TestPair.Output(20),
            () => ++waits < 3);
        Assert.Equal((false, "sync is DOWN"), (status.HearsPeer, status.Links));
        Finding finding = Judge(status, isPrimary: true)[0];
        FindingAssert.HasSeverity(Severity.Warning, finding);
        Assert.Contains("within 3 seconds on sync (sync is DOWN)", finding.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "conntrackd is not in PATH")]
    [InlineData(null, "no", "'conntrackd -s' failed: no")]
    [InlineData("cache stats:\n", null, "not that of a conntrackd that synchronizes")]
    [InlineData("", null, "not that of a conntrackd that synchronizes")]
    public void Another_output_is_reported(string? output, string? fault, string words)
    {
        ReadOnlyMemory<byte>? bytes = output is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(output);
        PairStatus status = PairStatus.Read(_ => new ToolOutput("conntrackd", bytes, fault), () => true);
        Finding finding = Judge(status, isPrimary: true)[0];
        FindingAssert.HasSeverity(Severity.Failed, finding);
        Assert.Contains(words, finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_conntrackd_that_does_not_run_fails_and_one_that_cannot_be_seen_is_not_known()
    {
        PairProgram program = TestPair.Setup.Conntrackd;
        PairSetup stopped = TestPair.Setup with { Conntrackd = program with { IsRunning = false } };
        PairSetup hidden = TestPair.Setup with { Conntrackd = program with { IsRunning = null } };
        PairSetup other = TestPair.Setup with { Synchronization = null };
        FindingAssert.HasSeverity(Severity.Failed, Judge(null, true, stopped)[0]);
        FindingAssert.HasSeverity(Severity.Skipped, Judge(null, true, hidden)[0]);
        FindingAssert.HasSeverity(Severity.Warning, Judge(null, true, other)[0]);
    }

    [Theory]
    [InlineData(300ul, 310, 300, Severity.Passed)]
    [InlineData(300ul, 400, 340, Severity.Passed)] // connections come during the check
    [InlineData(300ul, 1000, 900, Severity.Warning)] // events were lost
    [InlineData(300ul, 100, 100, Severity.Warning)] // ends of connections were lost
    [InlineData(0ul, 0, 0, Severity.Passed)]
    public void On_the_primary_router_the_cache_is_compared_with_the_kernel(
        ulong cached, long all, long translated, Severity expected)
    {
        PairStatus status = _connected with { Statistics = _statistics with { Internal = cached } };
        Finding finding = Judge(status, isPrimary: true, entries: new EntryCounts(all, translated, 0))[1];
        FindingAssert.HasSeverity(expected, finding);
    }

    [Fact]
    public void On_the_backup_router_the_entries_of_the_other_router_are_named()
    {
        Finding finding = Judge(_connected, isPrimary: false)[1];
        FindingAssert.HasSeverity(Severity.Passed, finding);
        Assert.StartsWith("conntrackd has 5 entries of the other router", finding.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 0ul, false)] // perhaps no user is connected, perhaps nothing was copied
    [InlineData(false, 5ul, false)] // the entries can be old
    [InlineData(true, 5ul, null)] // which router is primary is not known
    public void A_backup_router_passes_only_with_new_entries(bool hearsPeer, ulong external, bool? isPrimary)
    {
        PairStatus status = _connected with
        {
            HearsPeer = hearsPeer, Statistics = _statistics with { External = external },
        };
        FindingAssert.HasSeverity(Severity.Skipped, Judge(status, isPrimary)[1]);
    }

    [Fact]
    public void The_entries_of_a_conntrackd_without_internal_cache_are_not_known()
    {
        PairStatus status = _connected with { Statistics = _statistics with { Internal = null } };
        FindingAssert.HasSeverity(Severity.Skipped, Judge(status, isPrimary: true)[1]);
        FindingAssert.HasSeverity(Severity.Passed, Judge(status, isPrimary: false)[1]);
    }

    [Fact]
    public void In_the_mode_ALARM_silence_says_nothing()
    {
        PairSetup setup = TestPair.Setup with
        {
            Synchronization = ConntrackdConfiguration.Parse("Sync {\n Mode ALARM {\n }\n}"),
        };
        Finding finding = Judge(_connected with { HearsPeer = false }, isPrimary: true, setup)[0];
        FindingAssert.HasSeverity(Severity.Skipped, finding);
    }

    [Fact]
    public void A_path_with_a_space_can_be_pasted()
    {
        PairSetup setup = TestPair.Setup with { Conntrackd = new PairProgram(true, "/etc/my pair/c.conf") };
        Finding finding = Judge(_connected with { HearsPeer = false }, isPrimary: true, setup)[0];
        Assert.Contains("conntrackd -C '/etc/my pair/c.conf' -s link", finding.Action, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_external_cache_is_a_warning_and_an_unreadable_kernel_is_not_known()
    {
        FindingAssert.HasSeverity(
            Severity.Warning,
            Judge(_connected with { Statistics = _statistics with { External = null } }, isPrimary: false)[1]);
        FindingAssert.HasSeverity(Severity.Skipped, Judge(_connected, isPrimary: true, entries: null)[1]);
    }

    [Theory]
    [InlineData(262144u, 262144u, Severity.Passed)]
    [InlineData(262143u, 262144u, Severity.Warning)]
    [InlineData(null, 262144u, Severity.Warning)]
    [InlineData(1u, null, Severity.Skipped)]
    public void The_limit_is_compared_with_the_table(uint? limit, uint? maximum, Severity expected)
    {
        PairSetup setup = TestPair.Setup with
        {
            Synchronization = TestPair.Setup.Synchronization! with { HashLimit = limit },
            MaxEntries = maximum,
        };
        Finding finding = Judge(_connected, true, setup)[^1];
        FindingAssert.HasSeverity(expected, finding);
        Assert.Equal(
            expected == Severity.Warning,
            finding.Action.Contains($"SYNC_ENTRIES={maximum} into pair.conf", StringComparison.Ordinal));
    }

    [Fact]
    public void Messages_that_are_not_understood_are_a_warning_and_old_errors_are_only_named()
    {
        PairStatus malformed = _connected with { Statistics = _statistics with { Malformed = 3 } };
        FindingAssert.HasSeverity(Severity.Warning, Judge(malformed, true)[0]);
        Finding errors = Judge(_connected with { Statistics = _statistics with { Errors = 2, Lost = 1 } }, true)[0];
        FindingAssert.HasSeverity(Severity.Passed, errors);
        Assert.Contains("2 errors and 1 lost messages", errors.Reason, StringComparison.Ordinal);
    }

    private static Finding[] Judge(PairStatus? status, bool? isPrimary, PairSetup? setup = null) =>
        Judge(status, isPrimary, new EntryCounts(310, 300, 0), setup);

    private static Finding[] Judge(PairStatus? status, bool? isPrimary, EntryCounts? entries, PairSetup? setup = null)
    {
        Finding[] findings =
        [
            .. new SynchronizationChecks(setup ?? TestPair.Setup, status).Judge(isPrimary, () => entries),
        ];
        Assert.All(findings, FindingAssert.HasAction);
        return findings;
    }
}
