using System.Globalization;
using ProxyHelper.Addresses;
using ProxyHelper.Server;

namespace ProxyHelper.Daemon.Helper;

/// <summary>Finds the restrictions that a reload lifts, so that a mistake in the configuration is noticed.</summary>
internal static class LiftedRestrictions
{
    /// <summary>Returns a sentence for each setting that restricts less than before.</summary>
    public static IEnumerable<string> Find(AnswerRules before, AnswerRules after)
    {
        if (before.AllowedProxies.Count > 0 && after.AllowedProxies.Count == 0)
        {
            yield return "The reload removed 'allow': every host may now send queries.";
        }
        else if (before.AllowedProxies.Count > 0 && Added(before.AllowedProxies, after.AllowedProxies) is { } proxies)
        {
            yield return $"The reload widened 'allow': {proxies} may now send queries.";
        }

        if (Added(before.TrustedClients, after.TrustedClients) is { } clients)
        {
            yield return $"The reload widened 'trust': {clients} may now ask about all connections.";
        }

        if (before.Secret != 0 && after.Secret == 0)
        {
            yield return
                "The reload removed the secret ('secret' or 'secret-file'): queries without it are now answered.";
        }

        if (RateOf(after) > RateOf(before))
        {
            yield return $"The reload raised 'rate' from {before.MaxQueriesPerSecond} to {NameOfRate(after)}.";
        }

        if (after.MaxQueueDelay > before.MaxQueueDelay)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"The reload raised 'max-delay' from {before.MaxQueueDelay.TotalSeconds} "
                + $"to {after.MaxQueueDelay.TotalSeconds} seconds.");
        }
    }

    private static int RateOf(AnswerRules rules) =>
        rules.MaxQueriesPerSecond == 0 ? int.MaxValue : rules.MaxQueriesPerSecond; // 0 is no limit

    private static string NameOfRate(AnswerRules rules) => rules.MaxQueriesPerSecond == 0
        ? "0, which is no limit"
        : string.Create(CultureInfo.InvariantCulture, $"{rules.MaxQueriesPerSecond} queries a second");

    /// <summary>Returns the patterns that contain an address that none of the previous patterns contains.</summary>
    private static string? Added(IReadOnlyList<EndPointPattern> before, IReadOnlyList<EndPointPattern> after)
    {
        var covered = new AddressRanges(before);
        EndPointPattern[] added = [.. after.Where(pattern => !covered.Contains(pattern))];
        return added.Length > 0 ? string.Join(", ", added) : null;
    }
}
