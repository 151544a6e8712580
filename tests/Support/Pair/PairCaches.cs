using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxyHelper.TestSupport.Pair;

/// <summary>Asks conntrackd of a router how many entries it knows.</summary>
/// <param name="machine">The machine of the router.</param>
internal sealed partial class PairCaches(PairMachine machine)
{
    /// <summary>Returns the number of own entries, or -1 if conntrackd does not answer.</summary>
    public int CountInternal() => Count("internal");

    /// <summary>Returns the number of entries of the other router, or -1 if conntrackd does not answer.</summary>
    public int CountExternal() => Count("external");

    /// <summary>Returns the number of entries of the other router with a user's address as their source.</summary>
    public int CountExternalOf(string user) => machine.Run("conntrackd", "-e").Split('\n')
        .Count(entry => entry.Contains($" src={user} ", StringComparison.Ordinal));

    /// <summary>Reads the number of entries of a cache from the output of "conntrackd -s".</summary>
    /// <param name="statistics">The output.</param>
    /// <param name="cache">The cache: internal or external.</param>
    /// <returns>The number, or -1 if the output does not have the cache.</returns>
    public static int ReadCount(string statistics, string cache) => ActiveCount().Matches(statistics)
        .Where(match => match.Groups["cache"].Value == cache)
        .Select(match => int.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture))
        .FirstOrDefault(-1);

    private int Count(string cache)
    {
        try
        {
            return ReadCount(machine.Run("conntrackd", "-s"), cache);
        }
        catch (InvalidOperationException)
        {
            return -1; // conntrackd is not running
        }
    }

    [GeneratedRegex(@"cache (?<cache>internal|external):\s+current active connections:\s+(?<count>\d+)")]
    private static partial Regex ActiveCount();
}
