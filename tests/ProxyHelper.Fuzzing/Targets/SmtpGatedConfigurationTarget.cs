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
        FindingInvariant.Holds(findings);
    }
}
