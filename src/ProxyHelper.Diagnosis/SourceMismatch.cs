using System.Net;
using ProxyHelper.Diagnosis.Firewall;

namespace ProxyHelper.Diagnosis;

/// <summary>Judges rules that show the proxy another address than the addresses of the helper.</summary>
/// <param name="search">The search for the SNAT rule.</param>
/// <param name="helper">The addresses and the port of the helper.</param>
/// <param name="words">The words of the caller.</param>
internal sealed class SourceMismatch(NatSearch search, HelperSockets helper, CallerWords words)
{
    /// <summary>Returns the finding, or null if no rule certainly translates the source.</summary>
    /// <param name="effects">The effects of the rules on a connection to the proxy, in their order.</param>
    public Finding? Judge(RuleEffect[] effects)
    {
        RuleEffect? other = Array.Find(effects, effect => effect is
        {
            Certainty: >= Certainty.Sometimes,
            Rule: { Action: FirewallAction.SourceNat, Addresses.IsOne: true },
        });
        bool dependsOnInterface = other?.Open.Any(condition => condition.Field == PacketField.Device) == true;
        if (other is null
            || (dependsOnInterface && effects.Any(effect => effect.Rule.Action == FirewallAction.Masquerade)))
        {
            return null;
        }

        string seen = $"{other.Rule.Addresses!.Value.FirstAddress}", known = string.Join(" or ", helper.Known);
        var endPoint = new IPEndPoint(other.Rule.Addresses.Value.FirstAddress.ToIPAddress(), helper.Port);
        return search.DoubtAbout(other) ?? Finding.Failed(
            CheckNames.SourceNat,
            $"No SNAT rule translates the source to {known}. " +
            (dependsOnInterface ? "If the interface is that of the proxy, " : string.Empty) +
            $"{other} translates the source to {seen}, and smtp-gated asks {seen}, not {known}.",
            $"The proxy sees {seen}. Use it as the helper address: {words.StartHelper(endPoint)}");
    }
}
