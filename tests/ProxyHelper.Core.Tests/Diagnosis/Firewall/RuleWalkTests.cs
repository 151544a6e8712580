using ProxyHelper.Diagnosis.Firewall;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis.Firewall;

/// <summary>Rule sets that no kernel would take, but a file could have.</summary>
public sealed class RuleWalkTests
{
    [Theory]
    [InlineData("\"jump\": {\"target\": \"base\"}")] // into itself
    [InlineData("\"jump\": {\"target\": \"nowhere\"}")]
    [InlineData("\"goto\": 7")]
    public void Jumps_that_lead_nowhere_are_unclear_and_end(string statement)
    {
        IReadOnlyList<RuleEffect> effects = Follow(string.Join(", ", Enumerable.Repeat($"{{{statement}}}", 20).Select(one =>
            $$$"""{"rule": {"family": "ip", "table": "t", "chain": "base", "expr": [{{{one}}}]}}""")));
        Assert.NotEmpty(effects);
        Assert.All(effects, effect => Assert.Equal(Certainty.Unclear, effect.Certainty));
    }

    [Theory]
    [InlineData("""{"rule": {"family": "ip", "table": "t", "chain": "base", "expr": [{"tomorrow": {"x": 1}}, {"dnat": {"addr": "194.0.22.9", "port": 9199}}]}}""")]
    [InlineData("""{"rule": {"family": "ip", "table": "t", "chain": "base", "expr": [7, {"dnat": {"addr": "194.0.22.9", "port": 9199}}]}}""")]
    [InlineData("""{"rule": {"family": "ip", "table": "t", "chain": "base", "expr": [{"match": {"op": "<", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 26}}, {"dnat": {"addr": "194.0.22.9", "port": 9199}}]}}""")]
    [InlineData("""{"rule": {"family": "ip", "table": "t", "chain": "base", "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": "@gone"}}, {"dnat": {"addr": "194.0.22.9", "port": 9199}}]}}""")]
    public void What_is_not_understood_makes_a_rule_unclear(string rule)
    {
        RuleEffect effect = Assert.Single(Follow(rule));
        Assert.Equal((FirewallAction.DestinationNat, Certainty.Unclear), (effect.Rule.Action, effect.Certainty));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"nftables\": 7}")]
    [InlineData("{\"nftables\": [")]
    [InlineData("Error: syntax error")]
    public void What_is_not_of_nft_is_not_read(string json) => Assert.Null(NftRuleset.TryRead(json));

    private static IReadOnlyList<RuleEffect> Follow(string rules)
    {
        string chain = """{"chain": {"family": "ip", "table": "t", "name": "base", "type": "nat", "hook": "prerouting", "prio": -100}}""";
        FirewallRuleset read = Assert.IsType<FirewallRuleset>(NftRuleset.TryRead($$"""{"nftables": [{{rules}}, {{chain}}]}"""));
        return RuleWalk.Follow(read, FirewallHook.Prerouting, isNat: true, new FirewallPacket { [PacketField.Protocol] = 6, [PacketField.DestinationPort] = 25 });
    }
}
