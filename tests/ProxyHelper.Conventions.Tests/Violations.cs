using Xunit;

namespace ProxyHelper.Conventions;

/// <summary>
/// Reports every place that breaks a rule. An assertion on a collection would show only the first few.
/// </summary>
internal static class Violations
{
    /// <summary>Fails with one line per violation.</summary>
    public static void AssertNone(IEnumerable<string> violations)
    {
        string[] all = [.. violations];
        if (all.Length > 0)
        {
            Assert.Fail($"{all.Length} violations:\n{string.Join('\n', all)}");
        }
    }
}
