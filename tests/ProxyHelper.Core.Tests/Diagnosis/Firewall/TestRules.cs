using System.Net;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Firewall;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis.Firewall;

/// <summary>Loads rules into the real kernel, reads rules, and makes the checks of them.</summary>
internal static class TestRules
{
    /// <summary>Loads rules with nft.</summary>
    public static void Load(string rules)
    {
        Requirement.Tool("nft");
        Tool.Run("nft", rules);
    }

    /// <summary>Reads the loaded rules.</summary>
    public static FirewallReading Read() => FirewallReading.Read(TestContext.Current.CancellationToken);

    /// <summary>Reads an output of iptables-legacy-save with the table nat. The host has no other rules.</summary>
    public static FirewallReading ReadSave(string save) => FirewallReading.Of(
        _ => CapturedRules.Output("nft", """{"nftables": []}"""),
        [CapturedRules.Output("iptables-legacy-save", save)],
        ["nat"]);

    /// <summary>
    /// Returns the checks of the NAT for TCP port 25, without conntrack entries. By default, no address is local.
    /// </summary>
    public static NatChecks Checks(FirewallReading firewall, Func<IPAddress, bool>? isLocal = null) =>
        new(firewall, evidence: null, 25, isLocal ?? (_ => false), TestWords.Instance);
}
