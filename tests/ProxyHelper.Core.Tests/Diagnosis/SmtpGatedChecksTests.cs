using ProxyHelper.Diagnosis;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis;

/// <summary>Tests the findings about smtp-gated's configuration.</summary>
public sealed class SmtpGatedChecksTests
{
    private const string Right =
        "# smtp-gated\nmode\tremote-udp\r\nremote_port 114 # the helper\nmax_per_host     1000\n";

    [Theory]
    [InlineData(Right, null, "Passed Passed Passed Passed")]
    [InlineData(Right, 0u, "Passed Passed Passed Passed")]
    [InlineData(Right + "remote_udp_secret 4711", 4711u, "Passed Passed Passed Passed")]
    [InlineData(Right + "remote_udp_secret 4711", null, "Passed Passed Passed Passed")]
    [InlineData(Right + "remote_udp_secret 4711", 4712u, "Passed Passed Failed Passed")]
    [InlineData(Right, 4711u, "Passed Passed Failed Passed")]
    [InlineData(Right + "remote_udp_secret x4711", 4711u, "Passed Passed Warning Passed")]
    [InlineData(Right + "mode remote", null, "Warning Passed Passed Passed")]
    [InlineData(Right + "mode fixed", null, "Failed Passed Passed Passed")]
    [InlineData(Right + "remote_port 115", null, "Passed Failed Passed Passed")]
    [InlineData(Right + "remote_port 70000", null, "Passed Warning Passed Passed")]
    [InlineData(Right + "max_per_host 8", null, "Passed Passed Passed Warning")]
    [InlineData("mode remote-udp\nremote_port 114", null, "Passed Passed Passed Warning")]
    [InlineData("", null, "Failed Warning Passed Warning")]
    [InlineData("#mode remote-udp\nmode\nremote_port\n\0\n", null, "Failed Warning Passed Warning")]
    public void Each_key_is_judged(string text, uint? secret, string expected)
    {
        Finding[] findings = [.. new SmtpGatedChecks("/etc/smtp-gated.conf", TestWords.Instance)
            .Judge(SmtpGatedConfiguration.Parse(text), 114, secret)];
        Assert.Equal(expected, string.Join(' ', findings.Select(finding => finding.Severity)));
        Assert.All(findings, FindingAssert.HasAction);
        // No finding shows the secret.
        Assert.DoesNotContain(findings, finding => finding.ToString().Contains("471", StringComparison.Ordinal));
    }
}
