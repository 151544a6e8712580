using System.Text;
using ProxyHelper.Diagnosis.Firewall;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis.Firewall;

/// <summary>Tests rule sets that no kernel accepts, but that a file could have.</summary>
public sealed class RuleWalkTests
{
    [Theory]
    [InlineData("\"jump\": {\"target\": \"base\"}")] // into itself
    [InlineData("\"jump\": {\"target\": \"nowhere\"}")]
    [InlineData("\"goto\": 7")]
    public void Jumps_that_lead_nowhere_are_unclear_and_end(string statement)
    {
        IReadOnlyList<RuleEffect> effects = Follow(string.Join(", ", Enumerable.Repeat(Rule($"{{{statement}}}"), 20)));
        Assert.NotEmpty(effects);
        Assert.All(effects, effect => Assert.Equal(Certainty.Unclear, effect.Certainty));
    }

    [Theory]
    [InlineData("""{"tomorrow": {"x": 1}}""")]
    [InlineData("""7""")]
    [InlineData("""{"match": {"op": "<", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 26}}""")]
    [InlineData("""
        {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": "@gone"}}
        """)]
    public void A_statement_that_is_not_understood_makes_a_rule_unclear(string statement)
    {
        string rule = Rule($$$"""{{{statement}}}, {"dnat": {"addr": "194.0.22.9", "port": 9199}}""");
        RuleEffect effect = Assert.Single(Follow(rule));
        Assert.Equal((FirewallAction.DestinationNat, Certainty.Unclear), (effect.Rule.Action, effect.Certainty));
    }

    [Theory]
    [InlineData("""{"queue": null}""")] // another program decides
    [InlineData("""{"tomorrow": {"x": 1}}""")]
    [InlineData("""{"mangle": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "value": 26}}""")]
    public void An_action_that_is_not_understood_is_an_effect_before_the_next_rule(string statement)
    {
        IReadOnlyList<RuleEffect> effects = Follow($"""{Rule(statement)}, {Rule("""{"accept": null}""")}""");
        Assert.Equal(
            [(FirewallAction.Unclear, Certainty.Unclear), (FirewallAction.Accept, Certainty.Always)],
            effects.Select(effect => (effect.Rule.Action, effect.Certainty)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"nftables\": 7}")]
    [InlineData("{\"nftables\": [")]
    [InlineData("Error: syntax error")]
    [InlineData("{\"nftables\": [{\"chain\": {\"family\": \"\\ud800\"}}]}")] // half a character
    public void A_text_that_is_no_output_of_nft_is_not_read(string json) => Assert.Null(Read(json));

    private static string Rule(string statements) =>
        $$$"""{"rule": {"family": "ip", "table": "t", "chain": "base", "expr": [{{{statements}}}]}}""";

    private static IReadOnlyList<RuleEffect> Follow(string rules)
    {
        string chain = """
            {"chain": {"family": "ip", "table": "t", "name": "base", "type": "nat", "hook": "prerouting", "prio": -100}}
            """;
        FirewallRuleset read = Assert.IsType<FirewallRuleset>(Read($$"""{"nftables": [{{rules}}, {{chain}}]}"""));
        var packet = new FirewallPacket { [PacketField.Protocol] = 6, [PacketField.DestinationPort] = 25 };
        return RuleWalk.Follow(read, FirewallHook.Prerouting, ChainKind.Nat, packet);
    }

    private static FirewallRuleset? Read(string json) => NftRuleset.TryRead(Encoding.UTF8.GetBytes(json), "ip t");
}
