using Xunit;

namespace ProxyHelper.EndToEnd.ManyRouters;

/// <summary>
/// Loads the rules of docs/security.md on a router, with the changes that docs/many-routers.md describes for several
/// proxies and several SNAT addresses.
/// </summary>
internal static class QueryRules
{
    private const string OneAddress = "194.0.1.1";

    private static readonly SetupSection _page = SetupSection.Read("In every set-up");

    /// <summary>Loads the rules for one proxy or for two, and for the addresses of the router.</summary>
    public static void Load(SiteRouter router, string language, bool hasTwoProxies = false)
    {
        bool isNft = language == "nft";
        string oneProxy = isNft ? "ip saddr != 194.0.22.9" : "! -s 194.0.22.9";
        string twoProxies = isNft ? "ip saddr != { 194.0.22.9, 194.0.22.10 }" : "! -s 194.0.22.8/30";
        string twoAddresses = isNft ? "{ 194.0.1.1, 194.0.1.2 }" : "194.0.1.0/30";
        Assert.Contains($"`{twoProxies}`", _page.Text, StringComparison.Ordinal);
        Assert.Contains($"`{twoAddresses}` instead of `{OneAddress}`", _page.Text, StringComparison.Ordinal);

        DocumentedRules rules = DocumentedRules.Read("docs/security.md", language)
            .With(OneAddress, router.Addresses is [var only] ? only : twoAddresses);
        (hasTwoProxies ? rules.With(oneProxy, twoProxies) : rules).Load(router.Host);
    }
}
