using ProxyHelper.Diagnosis;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis;

/// <summary>
/// Tests the findings about smtp-gated's configuration. The expectations are what smtp-gated 1.4.21 does with the text.
/// </summary>
public sealed class SmtpGatedChecksTests
{
    private const string Right =
        "# smtp-gated\nmode\tremote-udp\r\nremote_port 114 # the helper\n max_per_host     1000 \n";

    [Theory]
    [InlineData(Right, null, "Passed Passed Passed Passed")]
    [InlineData(Right, 0u, "Passed Passed Passed Passed")]
    [InlineData("; a comment\n  # another\n\r\n \t\n" + Right, null, "Passed Passed Passed Passed")]
    [InlineData(Right + "remote_udp_secret 4711", 4711u, "Passed Passed Passed Passed")]
    [InlineData(Right + "remote_udp_secret 0x1267", 4711u, "Passed Passed Passed Passed")]
    [InlineData(Right + "remote_udp_secret 4294967295", 4294967295u, "Passed Passed Passed Passed")]
    [InlineData(Right + "remote_udp_secret -1", 4294967295u, "Passed Passed Passed Passed")]
    [InlineData(Right + "remote_udp_secret 0", 0u, "Passed Passed Passed Passed")]
    [InlineData(Right + "remote_udp_secret 0", null, "Passed Passed Passed Passed")]
    [InlineData(Right + "remote_udp_secret 0", 4711u, "Passed Passed Failed Passed")]
    [InlineData(Right + "remote_udp_secret 4711", 0u, "Passed Passed Failed Passed")]
    [InlineData(Right + "remote_udp_secret 4711", null, "Passed Passed Passed Passed")]
    [InlineData(Right + "remote_udp_secret 4711", 4712u, "Passed Passed Failed Passed")]
    [InlineData(Right, 4711u, "Passed Passed Failed Passed")]
    [InlineData(Right + "remote_udp_secret 011147", 4711u, "Passed Passed Warning Passed")]
    [InlineData(Right + "remote_udp_secret x4711", 4711u, "Passed Passed Failed Passed")]
    [InlineData(Right + "mode remote", null, "Warning Passed Passed Passed")]
    [InlineData("mode fixed\n" + Right, null, "Passed Passed Passed Passed")] // the last of two counts
    [InlineData(Right + "mode 5", null, "Warning Passed Passed Passed")]
    [InlineData(Right + "mode fixed", null, "Failed Passed Passed Passed")]
    [InlineData(Right + "mode Remote-UDP", null, "Failed Passed Passed Passed")]
    [InlineData(Right + "Mode remote-udp", null, "Failed Passed Passed Passed")]
    [InlineData("\uFEFF" + "mode remote-udp\n" + Right, null, "Failed Passed Passed Passed")]
    [InlineData("mode remote-udp # ask the router\n" + Right, null, "Failed Passed Passed Passed")]
    [InlineData("mode remote-udp ; ask the router\n" + Right, null, "Failed Passed Passed Passed")]
    [InlineData(Right + "remote_port 115", null, "Passed Failed Passed Passed")]
    [InlineData(Right + "remote_port 0x72", null, "Passed Passed Passed Passed")]
    [InlineData(Right + "remote_port 0162", null, "Passed Warning Passed Passed")] // 114, but hardly meant
    [InlineData(Right + "remote_port 0114", null, "Passed Failed Passed Passed")]
    [InlineData(Right + "remote_port 70000", null, "Passed Failed Passed Passed")]
    [InlineData("remote_port x\n" + Right, null, "Passed Failed Passed Passed")] // never starts
    [InlineData(Right + "max_per_host 8", null, "Passed Passed Passed Warning")]
    [InlineData(Right + "max_per_host 0x400", null, "Passed Passed Passed Passed")]
    [InlineData(Right + "max_per_host 0100", null, "Passed Passed Passed Warning")] // 64
    [InlineData(Right + "max_per_host 0", null, "Passed Passed Passed Failed")] // rejects all
    [InlineData("mode remote-udp\nremote_port 114", null, "Passed Passed Passed Warning")]
    [InlineData("mode remote-udp\nmax_per_host 1000", null, "Passed Passed Passed Passed")]
    [InlineData("", null, "Failed Passed Passed Warning")]
    [InlineData(Right + "spool_path", null, "Failed Passed Passed Passed Passed")] // no value
    [InlineData("#mode remote-udp\nmode\nremote_port\n\0\n", null, "Failed Failed Passed Warning")]
    public void Each_name_is_judged_as_smtp_gated_reads_it(string text, uint? secret, string expected)
    {
        Finding[] findings = Judge(text, secret);
        Assert.Equal(expected, string.Join(' ', findings.Select(finding => finding.Severity)));
        Assert.All(findings, FindingAssert.HasAction);
        // No finding shows the secret.
        Assert.DoesNotContain(findings, finding => finding.ToString().Contains("471", StringComparison.Ordinal));
    }

    [Fact]
    public void A_comment_behind_a_value_is_named_with_its_line_and_what_to_write()
    {
        Finding mode = Judge("\nmode remote-udp # ask the router\n", secret: null)[0];
        Assert.Equal(
            "smtp-gated does not start with /etc/smtp-gated.conf. " +
            "Line 2: mode has the unknown value 'remote-udp # ask the router'. " +
            "Text behind a value is part of the value. A comment must have a line of its own.",
            mode.Reason);
        Assert.EndsWith("mode remote-udp", mode.Action, StringComparison.Ordinal);
    }

    [Fact]
    public void An_octal_number_is_explained()
    {
        Finding port = Judge(Right + "remote_port 0114", secret: null)[1];
        Assert.Contains("smtp-gated asks port 76", port.Reason, StringComparison.Ordinal);
        Assert.Contains("0114 as an octal number", port.Reason, StringComparison.Ordinal);
    }

    private static Finding[] Judge(string text, uint? secret) =>
        [.. new SmtpGatedChecks("/etc/smtp-gated.conf", TestWords.Instance)
            .Judge(SmtpGatedConfiguration.Parse(text), 114, secret)];
}
