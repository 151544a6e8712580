using ProxyHelper.Diagnosis;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis;

/// <summary>Contains the rule that holds for all findings.</summary>
internal static class FindingAssert
{
    /// <summary>Asserts that a finding has an action exactly if its check has not passed.</summary>
    public static void HasAction(Finding finding) =>
        Assert.Equal(finding.Severity == Severity.Passed, finding.Action.Length == 0);
}
