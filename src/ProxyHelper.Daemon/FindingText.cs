using ProxyHelper.Diagnosis;

namespace ProxyHelper.Daemon;

/// <summary>Writes the findings of a check.</summary>
internal static class FindingText
{
    /// <summary>Writes a line for each finding, as soon as the finding is known.</summary>
    /// <returns>Whether no check failed.</returns>
    public static bool Write(IEnumerable<Finding> findings, TextWriter output)
    {
        bool isWell = true;
        foreach (Finding finding in findings)
        {
            output.WriteLine(LineOf(finding));
            isWell &= finding.Severity != Severity.Failed;
        }

        return isWell;
    }

    /// <summary>Returns a finding as one line: severity, check, reason, and the action if there is one.</summary>
    internal static string LineOf(Finding finding)
    {
        string action = finding.Action.Length == 0 ? string.Empty : $" => {finding.Action}";
        return $"{finding.Severity,-8}{finding.Check,-24}{finding.Reason}{action}";
    }
}
