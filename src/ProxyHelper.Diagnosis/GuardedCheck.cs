namespace ProxyHelper.Diagnosis;

/// <summary>Runs a check so that the other checks go on if it throws.</summary>
internal static class GuardedCheck
{
    /// <summary>Runs a check when the findings are read. A check that throws has failed.</summary>
    /// <param name="name">The name of the check.</param>
    /// <param name="check">The check.</param>
    public static IEnumerable<Finding> Guard(string name, Func<IEnumerable<Finding>> check)
    {
        foreach (Finding finding in Run(name, check))
        {
            yield return finding;
        }
    }

    private static IReadOnlyList<Finding> Run(string name, Func<IEnumerable<Finding>> check)
    {
        try
        {
            return [.. check()];
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            return
            [
                Finding.Failed(
                    name,
                    $"The check broke off. {failure.Message}",
                    "Run the check again. If the check breaks off each time, see docs/troubleshooting.md."),
            ];
        }
    }
}
