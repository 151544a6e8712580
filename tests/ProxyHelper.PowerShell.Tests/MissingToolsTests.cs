using ProxyHelper.Diagnosis;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>Looks through a set-up where PATH has none of the tools. PATH is the whole process's, so no other test runs beside this.</summary>
[CollectionDefinition(nameof(MissingToolsTests), DisableParallelization = true)]
[Collection(nameof(MissingToolsTests))]
public sealed class MissingToolsTests
{
    [Fact]
    public void Nothing_is_claimed_about_rules_and_all_else_is_looked_at() => RightRouter.Run(session =>
    {
        session.Run("$null = Start-ProxyHelper 194.0.1.1");
        Finding[] findings = [.. session.Run("""
            $path = $env:PATH
            try { $env:PATH = ''; Test-ProxyHelperSetup -SmtpGatedConfiguration $gated -Proxy 194.0.22.9:9199 } finally { $env:PATH = $path }
            """).Select(finding => Assert.IsType<Finding>(finding.BaseObject))];
        string[] rules = ["DNAT rule", "SNAT rule", "Notrack rules"];
        Assert.All(findings, finding => Assert.True(finding.Severity == (rules.Contains(finding.Check) ? Severity.Warning : Severity.Passed), finding.ToString()));
        Assert.All(findings.Where(finding => rules.Contains(finding.Check)), finding => Assert.Contains("there is no nft in PATH", finding.Reason, StringComparison.Ordinal));
        Assert.Contains("apt install nftables", findings.Single(finding => finding.Check == "DNAT rule").Action, StringComparison.Ordinal);
    });
}
