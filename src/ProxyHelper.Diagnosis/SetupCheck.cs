namespace ProxyHelper.Diagnosis;

/// <summary>One thing that was looked at: whether it is as it should be, why, and what to do.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Result">How it is.</param>
/// <param name="Reason">What was found, with its figures and addresses.</param>
/// <param name="Action">What to do or to type next; empty when it passed.</param>
public sealed record SetupCheck(string Name, SetupResult Result, string Reason, string Action)
{
    internal static SetupCheck Passed(string name, string reason) => new(name, SetupResult.Passed, reason, string.Empty);

    internal static SetupCheck Warning(string name, string reason, string action) => new(name, SetupResult.Warning, reason, action);

    internal static SetupCheck Failed(string name, string reason, string action) => new(name, SetupResult.Failed, reason, action);

    internal static SetupCheck Skipped(string name, string reason, string action) => new(name, SetupResult.Skipped, reason, action);
}
