using System.Net;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Pair;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis.Pair;

/// <summary>Tests the findings about keepalived, the helper and the kernel of a pair.</summary>
public sealed class PairChecksTests
{
    [Fact]
    public void A_router_is_one_of_a_pair_only_if_keepalived_moves_the_address_or_conntrackd_synchronizes()
    {
        PairSetup alone = TestPair.Setup with { Synchronization = null };
        var other = new HelperSockets([IPAddress.Parse("194.0.1.1")], 114);
        var any = new HelperSockets([IPAddress.Any], 114);
        Assert.True(TestPair.Setup.IsPair(other));
        Assert.True(alone.IsPair(TestPair.Helper));
        Assert.False(alone.IsPair(other)); // VRRP only for the users' gateway
        Assert.False(alone.IsPair(any));
        Assert.False((alone with { Addresses = null }).IsPair(TestPair.Helper));
        var counting = new ConntrackdConfiguration(IsSynchronizing: false, 65535, HasExternalCache: true);
        Assert.False((alone with { Synchronization = counting }).IsPair(other)); // as Debian's package has it
    }

    [Theory]
    [InlineData(true, true, Severity.Passed, "primary router")]
    [InlineData(true, false, Severity.Passed, "backup router")]
    [InlineData(false, true, Severity.Failed, "this router has 194.0.3.1")]
    [InlineData(false, false, Severity.Failed, "does not get 194.0.3.1")]
    [InlineData(null, false, Severity.Skipped, "does not know")]
    public void Keepalived_must_run(bool? isRunning, bool isLocal, Severity expected, string words)
    {
        PairSetup setup = TestPair.Setup with { Keepalived = TestPair.Setup.Keepalived with { IsRunning = isRunning } };
        Check(Keepalived(setup, isLocal)[0], CheckNames.Pair, expected, words);
    }

    [Fact]
    public void An_address_that_keepalived_does_not_move_fails_unless_the_file_has_parts_that_are_not_read()
    {
        PairSetup other = TestPair.WithKeepalived("194.0.3.1/32", "194.0.3.2/32");
        Check(Assert.Single(Keepalived(other)), CheckNames.Pair, Severity.Failed, "does not move 194.0.3.1");
        PairSetup including = TestPair.WithKeepalived("194.0.3.1/32 dev proxies", "include more.conf");
        Check(Assert.Single(Keepalived(including)), CheckNames.Pair, Severity.Skipped, "does not know");
        PairSetup missing = TestPair.Setup with { Addresses = null };
        Check(Assert.Single(Keepalived(missing)), CheckNames.Pair, Severity.Skipped, "is missing");
    }

    [Theory]
    [InlineData("vrrp_garp_master_refresh 2", "", CheckNames.PairAnnouncements, Severity.Warning)]
    [InlineData("vrrp_garp_master_refresh 2", "include x", CheckNames.PairAnnouncements, Severity.Skipped)]
    [InlineData("nopreempt", "", CheckNames.PairPreemption, Severity.Warning)]
    [InlineData("nopreempt", "preempt_delay 60", CheckNames.PairPreemption, Severity.Passed)]
    [InlineData("state BACKUP", "state MASTER", CheckNames.PairPreemption, Severity.Warning)]
    [InlineData("x", "x", CheckNames.PairAnnouncements, Severity.Passed)]
    [InlineData("x", "x", CheckNames.PairPreemption, Severity.Passed)]
    public void The_settings_of_keepalived_are_judged(string old, string changed, string check, Severity expected) =>
        Check(
            Keepalived(TestPair.WithKeepalived(old, changed)).Single(finding => finding.Check == check),
            check,
            expected,
            string.Empty);

    [Fact]
    public void Each_instance_that_moves_an_address_of_the_helper_is_judged()
    {
        const string second = "vrrp_instance B {\n state MASTER\n virtual_ipaddress {\n 194.0.3.2\n }\n}\n";
        PairSetup setup = TestPair.WithKeepalived("vrrp_instance PAIR", $"{second}vrrp_instance PAIR");
        var helper = new HelperSockets([IPAddress.Parse("194.0.3.1"), IPAddress.Parse("194.0.3.2")], 114);
        var checks = new PairChecks(setup, helper, IPAddress.Parse("194.0.3.2").Equals, TestWords.Instance);
        Finding[] findings = [.. checks.JudgeKeepalived()];
        Assert.True(checks.IsPrimary);
        Check(findings[0], CheckNames.Pair, Severity.Passed, "has given it 194.0.3.2.");
        Check(findings[2], CheckNames.PairPreemption, Severity.Warning, "takes the addresses back");
        Assert.Contains("vrrp_instance B", findings[2].Action, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("194.0.3.1/32", "@a 194.0.3.1/32", CheckNames.Pair, Severity.Passed)]
    [InlineData("state BACKUP", "@a state MASTER\n @^a state BACKUP", CheckNames.PairPreemption, Severity.Skipped)]
    [InlineData("nopreempt", "@a nopreempt", CheckNames.PairPreemption, Severity.Passed)]
    public void A_line_for_one_host_counts(string old, string changed, string check, Severity expected) => Check(
        Keepalived(TestPair.WithKeepalived(old, changed)).Single(finding => finding.Check == check),
        check,
        expected,
        string.Empty);

    [Theory]
    [InlineData(true, 3, 1u, "Passed Passed Passed")]
    [InlineData(false, 0, 0u, "Warning Warning Warning")]
    [InlineData(null, null, null, "Skipped Skipped")]
    public void The_helper_and_the_kernel_are_judged(bool? allowsAbsent, int? grace, uint? liberal, string expected)
    {
        Finding[] findings =
        [
            .. Checks(TestPair.Setup with { BeLiberal = liberal }, isLocal: true).JudgeHelper(
                allowsAbsent, grace is { } seconds ? TimeSpan.FromSeconds(seconds) : null),
        ];
        Assert.Equal(expected, string.Join(' ', findings.Select(finding => finding.Severity)));
        Assert.All(findings, FindingAssert.HasAction);
    }

    [Theory]
    [InlineData(true, Severity.Passed)]
    [InlineData(null, Severity.Warning)]
    [InlineData(false, Severity.Failed)]
    public void On_the_backup_router_nobody_is_told_to_add_the_address(bool? allowsAbsent, Severity expected)
    {
        var options = new InspectionOptions
        {
            HelperAddresses = [IPAddress.Parse(TestPair.Address)],
            AllowAbsentAddresses = allowsAbsent,
        };
        Finding finding = Assert.Single(
            new AddressCheck(options, TestPair.Setup, TestWords.Instance).Judge(_ => false));
        Check(finding, CheckNames.Address, expected, "keepalived gives it to this router at a failover");
        Assert.DoesNotContain("ip address add", finding.Action, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("include more.conf", true, Severity.Warning)]
    [InlineData("include more.conf", false, Severity.Failed)]
    [InlineData(null, false, Severity.Failed)] // the file cannot be read
    public void Nobody_is_told_to_add_an_address_that_keepalived_may_move(
        string? changed, bool allowsAbsent, Severity expected)
    {
        PairSetup setup = changed is null ? TestPair.Setup with { Addresses = null }
            : TestPair.WithKeepalived("194.0.3.1/32 dev proxies", changed);
        var options = new InspectionOptions
        {
            HelperAddresses = [IPAddress.Parse(TestPair.Address)],
            AllowAbsentAddresses = allowsAbsent,
        };
        Finding finding = Assert.Single(new AddressCheck(options, setup, TestWords.Instance).Judge(_ => false));
        Check(finding, CheckNames.Address, expected, "does not know whether keepalived gives it to this router");
        Assert.DoesNotContain("ip address add", finding.Action, StringComparison.Ordinal);
    }

    private static Finding[] Keepalived(PairSetup setup, bool isLocal = true) =>
        [.. Checks(setup, isLocal).JudgeKeepalived()];

    private static PairChecks Checks(PairSetup setup, bool isLocal) => new(
        setup,
        TestPair.Helper,
        address => isLocal && address.Equals(IPAddress.Parse(TestPair.Address)),
        TestWords.Instance);

    private static void Check(Finding finding, string check, Severity severity, string words)
    {
        FindingAssert.HasSeverity(severity, finding);
        FindingAssert.HasAction(finding);
        Assert.Equal(check, finding.Check);
        Assert.Contains(words, finding.Reason, StringComparison.Ordinal);
    }
}
