using System.Management.Automation;
using System.Text.RegularExpressions;

namespace ProxyHelper.Documents.Help;

/// <summary>Tests the about topics: Get-Help finds them, and their commands and rules work on a router.</summary>
public sealed partial class HelpTopicTests
{
    private const int Width = 80; // of a terminal; Get-Help breaks no line of a topic

    /// <summary>Gets the names of the topics.</summary>
    public static TheoryData<string> Topics { get; } =
    [
        .. Directory.GetFiles(HelpPage.Folder, "about_*.help.txt")
            .Select(path => Path.GetFileName(path).Replace(".help.txt", null, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Topics))]
    public void Get_Help_shows_the_whole_topic(string topic)
    {
        using var session = new EngineSession();
        string shown = session.One($"Get-Help {topic}").ToString();
        Assert.Equal(Read(topic).Trim(), shown.ReplaceLineEndings("\n").Trim());
        Assert.DoesNotContain(shown.Split('\n'), line => line.TrimEnd().Length > Width);
        Assert.Contains("\n  Check that it works\n", shown, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void Each_topic_below_SEE_ALSO_is_one_of_Get_Help(string topic)
    {
        using var session = new EngineSession();
        string[] names = Read(topic).Split("\nSEE ALSO\n")[1].Split('\n', StringSplitOptions.TrimEntries
            | StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Single(session.Run($"Get-Help {name}")));
        Assert.Empty(session.Errors);
    }

    [Fact]
    public void The_first_topic_draws_the_concept_and_names_each_cmdlet()
    {
        string text = Read("about_ProxyHelper");
        Assert.Contains("conntrack table  |", text, StringComparison.Ordinal);
        Assert.All(HelpPage.Names, command => Assert.Contains($"\n    {command}\n", text, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void Its_commands_and_their_parameters_exist(string topic)
    {
        using var session = new EngineSession();
        Dictionary<string, CommandInfo> known = DocumentRun.Commands(session);
        Faults.AssertNone(new PowerShellScript(Commands(topic).Text).Faults(known, new HashSet<string>()));
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void Its_commands_run_on_a_router_one_after_the_other(string topic) =>
        RouterSession.Run(session => DocumentRun.Run(session, Commands(topic)));

    [Fact]
    public void The_kernel_loads_the_rules_of_the_relay_topic() => NetworkNamespace.Run(() =>
    {
        Requirement.Tool("nft");
        string rules = Rules().Match(Code("about_ProxyHelper_Relay")).Value;
        Assert.NotEmpty(rules);
        Tool.Run("nft", rules);
        Assert.Contains("dnat to 194.0.22.9:9199", Tool.Run("nft", "list", "ruleset"), StringComparison.Ordinal);
    });

    [Fact]
    public void The_lines_for_smtp_gated_pass_the_check_of_the_set_up() => RouterSession.Run(session =>
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, SmtpGatedLines().Match(Code("about_ProxyHelper")).Value);
            session.Run("$null = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9");
            string[] findings =
            [
                .. session.Run(
                    "Test-ProxyHelperSetup 194.0.1.1 -Role Proxy -SmtpGatedConfiguration $args[0] "
                        + "| Where-Object Check -Like 'smtp-gated*' "
                        + "| ForEach-Object { \"$($_.Severity) $($_.Reason)\" }",
                    file).Select(finding => finding.ToString()),
            ];
            Assert.Contains(findings, finding => finding.Contains("1000 connections", StringComparison.Ordinal));
            Assert.All(findings, finding => Assert.StartsWith("Passed ", finding, StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    });

    private static string Read(string topic) =>
        File.ReadAllText(Path.Combine(HelpPage.Folder, topic + ".help.txt")).ReplaceLineEndings("\n");

    /// <summary>Returns the lines with an indentation of eight spaces or more.</summary>
    private static string Code(string topic) => string.Join('\n', Read(topic).Split('\n')
        .Where(line => line.StartsWith("        ", StringComparison.Ordinal)).Select(line => line[8..]));

    private static Passage Commands(string topic) => new(
        $"{topic}.help.txt", 1, "powershell",
        string.Join('\n', Command().Matches(Code(topic)).Select(command => command.Value)));

    // A command with the lines that continue it.
    [GeneratedRegex(@"^\p{Lu}[a-z]+-\p{Lu}.*(?:(?<=`)\n.*)*", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"^table .*?^\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Rules();

    [GeneratedRegex(@"^mode .*\n(?:\w+ +\w+\n)+", RegexOptions.Multiline)]
    private static partial Regex SmtpGatedLines();
}
