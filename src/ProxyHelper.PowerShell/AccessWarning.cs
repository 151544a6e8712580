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
}
