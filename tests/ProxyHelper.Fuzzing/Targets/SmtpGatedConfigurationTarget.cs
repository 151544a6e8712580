using System.Text;
using ProxyHelper.Diagnosis;
using ProxyHelper.Tests.Diagnosis;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>Reads smtp-gated's configuration, and checks the findings.</summary>
internal sealed class SmtpGatedConfigurationTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "smtp-gated-configuration";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        SmtpGatedConfiguration configuration = SmtpGatedConfiguration.Parse(Encoding.UTF8.GetString(input));
        Finding[] findings = [.. new SmtpGatedChecks("/etc/smtp-gated.conf", TestWords.Instance)
            .Judge(configuration, 114, secret: null)];
        Invariant.Holds(findings.Length is 4 or 5, "each name has a finding, and the file if a line is wrong");
        foreach (Finding finding in findings)
        {
            Invariant.Holds(finding.Reason.Length > 0, "each finding has a reason");
            Invariant.Holds(
                finding.Severity == Severity.Passed == (finding.Action.Length == 0),
                "each finding that has not passed has an action");
            Invariant.Holds(!finding.ToString().Any(char.IsControl), "no finding controls a terminal");
        }
    }
}
