using ProxyHelper.Conntrack;
using ProxyHelper.Diagnosis;
using ProxyHelper.Linux;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis;

/// <summary>Tests the findings about connection tracking in the kernel.</summary>
public sealed class KernelChecksTests
{
    [Theory]
    [InlineData(10u, 100u, 0, 0, "Passed Passed Passed Passed")]
    [InlineData(89u, 100u, 0, 0, "Passed Passed Passed Passed")]
    [InlineData(90u, 100u, 0, 0, "Passed Passed Warning Passed")]
    [InlineData(10u, 100u, 1, 0, "Passed Passed Passed Warning")]
    [InlineData(10u, 100u, 0, 1, "Passed Passed Passed Warning")]
    [InlineData(10u, null, 0, 0, "Passed Passed Passed Passed")]
    [InlineData(4_000_000_000u, 4_000_000_000u, 0, 0, "Passed Passed Warning Passed")]
    public void A_readable_table_is_judged_by_its_room_and_drops(
        uint entries, uint? maximum, long drop, long earlyDrop, string expected)
    {
        var counters = new ConntrackCounters { Drop = drop, EarlyDrop = earlyDrop };
        Check(expected, new ConntrackProbe(new ConntrackStatistics(entries, maximum), counters, null, IsLoaded: true));
    }

    [Theory]
    [InlineData(Errno.EPERM, true, "Passed Failed Skipped Skipped")]
    [InlineData(Errno.EPERM, false, "Skipped Failed Skipped Skipped")]
    [InlineData(Errno.EINVAL, false, "Failed Skipped Skipped Skipped")]
    [InlineData(Errno.EPROTONOSUPPORT, false, "Failed Skipped Skipped Skipped")]
    [InlineData(Errno.EAFNOSUPPORT, true, "Skipped Failed Skipped Skipped")]
    public void A_failed_look_up_is_judged_by_its_errno(Errno errno, bool isLoaded, string expected) =>
        Check(expected, new ConntrackProbe(null, null, new LinuxException("ask", errno), isLoaded));

    private static void Check(string expected, ConntrackProbe probe)
    {
        Finding[] findings = [.. new KernelChecks(TestWords.Instance).Judge(probe)];
        Assert.Equal(expected, string.Join(' ', findings.Select(finding => finding.Severity)));
        Assert.All(findings, FindingAssert.HasAction);
    }
}
