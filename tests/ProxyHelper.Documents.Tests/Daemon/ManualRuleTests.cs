namespace ProxyHelper.Documents.Daemon;

/// <summary>Tests the NAT rules and the firewall rules of the manual pages.</summary>
public sealed class ManualRuleTests
{
    [Theory]
    [InlineData("proxy-helper.8", "nft")]
    [InlineData("proxy-helper.8", "iptables")]
    [InlineData("proxy-helper-relay.8", "nft")]
    [InlineData("proxy-helper-relay.8", "iptables")]
    public void The_kernel_accepts_the_rules(string page, string tool)
    {
        Requirement.Tool(tool);
        IReadOnlyList<string> rules = new ManualPage(page).ReadRules(tool);

        Assert.Equal(2, rules.Count); // NAT and firewall
        NetworkNamespace.Run(() =>
        {
            foreach (string text in rules)
            {
                _ = tool == "nft" ? Tool.Run("nft", text)
                    : Tool.Run("sh", "-e", "-c", $"PATH=$PATH:/usr/sbin:/sbin\n{text}");
            }
        });
    }

    // Other tests open connections with the rules of that page.
    [Theory]
    [InlineData("nft")]
    [InlineData("iptables")]
    public void The_rules_of_the_helper_are_those_of_the_page_about_the_router(string tool)
    {
        HashSet<string> tested = [.. Document.All.Single(document => document.Path == "docs/router.md").Blocks
            .Select(block => block.Text)];

        Assert.All(new ManualPage("proxy-helper.8").ReadRules(tool), rules => Assert.Contains(rules, tested));
    }
}
