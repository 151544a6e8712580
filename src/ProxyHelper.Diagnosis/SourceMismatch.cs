using System.Net;
using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Diagnosis;

/// <summary>Judges rules that show the proxy another address than the addresses of the helper.</summary>
/// <param name="search">The search for the SNAT rule.</param>
/// <param name="helper">The addresses and the port of the helper.</param>
/// <param name="isLocal">Returns whether an address is one of this host, so that the helper can answer on it.</param>
/// <param name="words">The words of the caller.</param>
internal sealed class SourceMismatch(
    NatSearch search, HelperSockets helper, Func<IPAddress, bool> isLocal, CallerWords words)
{
    /// <summary>
    /// Returns the finding, or null if the rule that the set-up needs is missing: no rule translates the source of
    /// every connection to the proxy, or the new address is not one of this host.
    /// </summary>
    /// <param name="effects">The effects of the rules on a connection to the proxy, in their order.</param>
    public Finding? Judge(RuleEffect[] effects)
    {
        RuleEffect? other = Array.Find(effects, effect => effect is
        {
            Certainty: >= Certainty.Sometimes,
            Rule: { Action: FirewallAction.SourceNat, Addresses.IsOne: true },
        });
        if (helper.Known.Count == 0 || other?.Rule.Addresses is not { } addresses)
        {
            return null;
        }

        if (search.DoubtAbout(other) is { } doubt)
        {
            return doubt;
        }

        if (other.Open.Count > 0 || !isLocal(addresses.FirstAddress.ToIPAddress()))
        {
            return null;
        }

        string seen = $"{addresses.FirstAddress}", known = string.Join(" or ", helper.Known);
        var endPoint = new IPEndPoint(addresses.FirstAddress.ToIPAddress(), helper.Port);
        return Finding.Failed(
            CheckNames.SourceNat,
            $"No SNAT rule translates the source to {known}. " +
            $"{other} translates the source to {seen}, and smtp-gated asks {seen}, not {known}.",
            $"The proxy sees {seen}. Use it as the helper address: {words.ChangeAddress(endPoint)}");
    }
}
