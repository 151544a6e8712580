using ProxyHelper.Server;

namespace ProxyHelper.PowerShell;

/// <summary>Contains the warnings about rules that let every host ask.</summary>
internal static class AccessWarning
{
    /// <summary>Returns the warning about rules, or null.</summary>
    public static string? Of(AnswerRules rules) =>
        rules.TrustsEveryHost
            ? "-TrustedClient contains every address: every host may ask about all connections. Use -TrustedClient "
                + "only with the addresses of hosts that need it."
            : rules.AllowedProxies.Count == 0
                ? "-AllowedProxy is missing: every host may ask about connections to its own address. "
                    + "Use -AllowedProxy with the address of the proxy, such as '-AllowedProxy 194.0.22.9'."
                : null;

    /// <summary>Returns sentences that say who may ask about what, and how often.</summary>
    public static string DescribeAccess(AnswerRules rules)
    {
        string allowed = rules.AllowedProxies.Count == 0 ? "every address" : string.Join(", ", rules.AllowedProxies);
        string trusted = string.Join(", ", ["this host", .. rules.TrustedClients.Select(client => client.ToString())]);
        string rate = rules.MaxQueriesPerSecond == 0
            ? "no limit"
            : $"{rules.MaxQueriesPerSecond} queries a second per source";
        return $"May ask about own connections: {allowed}. May ask about every connection: {trusted}. "
            + $"Secret: {(rules.Secret == 0 ? "no" : "yes")}. Rate: {rate}.";
    }
}
