using System.Text.RegularExpressions;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>What comes with the daemon says what the daemon can.</summary>
public sealed partial class DaemonDocumentsTests(PublishedDaemon daemon)
{
    private static readonly string _package = Path.Combine(Repository.Root, "src", "ProxyHelper.Daemon", "package");

    [Fact]
    public async Task The_manual_page_has_each_option_and_no_other()
    {
        string page = await File.ReadAllTextAsync(Path.Combine(_package, "man", "proxy-helper.8"), TestContext.Current.CancellationToken);
        string[] described = [.. page.Split('\n').Where(line => line.StartsWith(".It Fl ", StringComparison.Ordinal))
            .SelectMany(line => Option().Matches(line)).Select(option => (option.Groups["long"].Success ? "--" : "-") + option.Groups["name"].Value)];

        Assert.Equal((await DaemonOptions.ReadAsync(daemon)).Order(), described.Order());
    }

    [Fact]
    public void The_manual_page_is_formatted_without_a_warning()
    {
        TestSupport.Requirement.Tool("man");

        string warnings = TestSupport.Tool.Run(
            "bash", "-c", "LC_ALL=C.UTF-8 MANROFFSEQ= MANWIDTH=80 man --warnings --local-file \"$0\" 2>&1 >/dev/null", Path.Combine(_package, "man", "proxy-helper.8"));

        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("proxy-helper.bash", @"--[a-z-]+")]
    [InlineData("_proxy-helper", @"--[a-z-]+")]
    [InlineData("proxy-helper.fish", @"(?<=-l )[a-z-]+")]
    public async Task Each_shell_completes_each_long_option_and_no_other(string file, string form)
    {
        string script = await File.ReadAllTextAsync(Path.Combine(_package, "completions", file), TestContext.Current.CancellationToken);
        IEnumerable<string> options = (await DaemonOptions.ReadAsync(daemon)).Where(option => option.StartsWith("--", StringComparison.Ordinal));

        Assert.Equal(
            options.Select(option => option[2..]).Order(),
            Regex.Matches(script, form).Select(option => option.Value.TrimStart('-')).Where(name => name.Length > 0).Distinct().Order());
    }

    [Fact]
    public void Bash_completes_an_option_from_its_beginning()
    {
        string script = Path.Combine(_package, "completions", "proxy-helper.bash");

        string reply = TestSupport.Tool.Run("bash", "-c", $"source '{script}'; COMP_WORDS=(proxy-helper --al); COMP_CWORD=1; _proxy_helper; echo \"${{COMPREPLY[@]}}\"");

        Assert.Equal("--allow --allow-absent-address", reply.Trim());
    }

    // Such as: .It Fl u , Fl Fl user Ar NAME
    [GeneratedRegex(@"\bFl (?<long>Fl )?(?<name>[A-Za-z-]+)")]
    private static partial Regex Option();
}
