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

    private int Count(string cache)
    {
        try
        {
            return ActiveCount().Matches(machine.Run("conntrackd", "-s"))
                .Where(match => match.Groups["cache"].Value == cache)
                .Select(match => int.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture))
                .FirstOrDefault(-1);
        }
        catch (InvalidOperationException)
        {
            return -1; // conntrackd is not running
        }
    }

    [GeneratedRegex(@"cache (?<cache>internal|external):\s+current active connections:\s+(?<count>\d+)")]
    private static partial Regex ActiveCount();
}
