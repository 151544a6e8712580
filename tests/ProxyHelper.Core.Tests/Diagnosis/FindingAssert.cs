using ProxyHelper.Diagnosis;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis;

/// <summary>Contains assertions about findings.</summary>
internal static class FindingAssert
{
    /// <summary>Asserts that a finding has an action exactly if its check has not passed.</summary>
    public static void HasAction(Finding finding) =>
        Assert.Equal(finding.Severity == Severity.Passed, finding.Action.Length == 0);

    /// <summary>Asserts the severity of a finding. A failed assertion shows the whole finding.</summary>
    public static void HasSeverity(Severity expected, Finding finding) =>
        Assert.True(expected == finding.Severity, finding.ToString());
}
