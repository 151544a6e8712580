using ProxyHelper.Diagnosis;

namespace ProxyHelper.Fuzzing;

/// <summary>Checks the rules that hold for all findings.</summary>
internal static class FindingInvariant
{
    /// <summary>Checks the findings.</summary>
    /// <exception cref="InvalidOperationException">Thrown when a rule does not hold.</exception>
    public static void Holds(IEnumerable<Finding> findings)
    {
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
