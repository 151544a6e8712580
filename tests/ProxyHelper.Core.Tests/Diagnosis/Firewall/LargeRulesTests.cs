using System.Globalization;
using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Diagnosis;
using ProxyHelper.Diagnosis.Firewall;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Server;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis.Firewall;

/// <summary>
/// Tests that large rule sets of the real kernel are judged right and in bounded memory. The memory is that of the
/// whole process, so no other test runs meanwhile.
/// </summary>
[Collection(nameof(Alone))]
public sealed class LargeRulesTests
{
    private const int Megabyte = 1024 * 1024;

    private static readonly TransportEndPoint _proxy = TransportEndPoint.Parse("194.0.22.9:9199");

    [Fact]
    public void A_set_of_100_000_addresses_is_read_once_for_300_rules() => NetworkNamespace.Run(() =>
    {
        Requirement.Tool("nft");
        var rules = new StringBuilder("table ip big { set s { type ipv4_addr; elements = { ");
        rules.AppendJoin(", ", Enumerable.Range(0, 100_000).Select(number => $"10.{number >> 15}.{Low(number)}"));
        rules.Append(" }; }\nchain pre { type nat hook prerouting priority dstnat;\n");
        rules.AppendJoin('\n', Enumerable.Range(1, 300).Select(
            number => $"ip saddr @s ip daddr 4.1.1.{number % 250} tcp dport 26 dnat to 192.0.2.1:{number}"));
        rules.Append("\niifname users tcp dport 25 dnat to 194.0.22.9:9199\n}; }");
        Load("nft", ["-f"], rules.ToString());

        long before = GC.GetTotalAllocatedBytes(precise: true);
        Finding finding = Judge(TestRules.Read());
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        Assert.Equal(Severity.Passed, finding.Severity);
        Assert.InRange(allocated, 0, 64 * Megabyte);
    });

    [Fact]
    public void A_rule_after_100_000_rules_of_iptables_is_found_and_only_the_text_stays_in_memory() =>
        NetworkNamespace.Run(() =>
    {
        Requirement.Tool("iptables-legacy-restore");
        var rules = new StringBuilder("*nat\n:PREROUTING ACCEPT [0:0]\n");
        for (int number = 0; number < 100_000; number++)
        {
            rules.Append(CultureInfo.InvariantCulture, $"-A PREROUTING -s 10.{number >> 15}.{Low(number)}/32 -p tcp ");
            rules.Append("-m tcp --dport 26 -j DNAT --to-destination 192.0.2.1:25\n");
        }

        rules.Append("-A PREROUTING -i users -p tcp -m tcp --dport 25 -j DNAT --to-destination 194.0.22.9:9199\n");
        Load("iptables-legacy-restore", [], rules.Append("COMMIT\n").ToString());

        long before = GC.GetTotalMemory(forceFullCollection: true);
        FirewallReading firewall = TestRules.Read();
        Finding finding = Judge(firewall);
        long kept = GC.GetTotalMemory(forceFullCollection: true) - before;

        Assert.Equal(Severity.Passed, finding.Severity);
        Assert.Equal(100_001, firewall.Rules.RuleCount);
        Assert.InRange(kept, 0, 48 * Megabyte);
    });

    [Theory]
    [InlineData(200, 1)] // deeper than nftables allows, but not deeper than iptables
    [InlineData(16, 9)] // more ways than any walk has time for
    public void Chains_that_jump_to_chains_are_followed_to_the_rule(int depth, int fanOut)
    {
        FirewallReading firewall = ReadSave(depth, fanOut, last: "-p tcp --dport 26 -j ACCEPT");
        Assert.Equal(Severity.Passed, Judge(firewall).Severity);
    }

    [Theory]
    [InlineData("-m mark --mark 7 -j ACCEPT")] // an effect on each of the ways
    [InlineData("-j chain0")] // a loop
    public void Chains_with_too_many_ways_or_a_loop_end_in_a_warning(string last)
    {
        Finding finding = Judge(ReadSave(depth: 16, fanOut: 9, last));
        Assert.Equal(Severity.Warning, finding.Severity);
    }

    private static FirewallReading ReadSave(int depth, int fanOut, string last)
    {
        var rules = new StringBuilder("*nat\n:PREROUTING ACCEPT [0:0]\n");
        rules.AppendJoin('\n', Enumerable.Range(0, depth).Select(level => $":chain{level} - [0:0]"));
        rules.Append("\n-A PREROUTING -j chain0\n");
        for (int level = 0; level < depth - 1; level++)
        {
            rules.AppendJoin('\n', Enumerable.Repeat($"-A chain{level} -j chain{level + 1}", fanOut)).Append('\n');
        }

        rules.Append(CultureInfo.InvariantCulture, $"-A chain{depth - 1} {last}\n");
        rules.Append("-A PREROUTING -i users -p tcp -j DNAT --to-destination 194.0.22.9:9199\nCOMMIT\n");
        return TestRules.ReadSave(rules.ToString());
    }

    private static string Low(int number) => $"{(number >> 7) & 255}.{number & 127}";

    private static Finding Judge(FirewallReading firewall) =>
        TestRules.Checks(firewall).JudgeDestination(_proxy).Finding;

    private static void Load(string program, string[] arguments, string rules)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, rules);
            Tool.Run(program, [.. arguments, path]);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
