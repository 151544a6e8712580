using System.Text.RegularExpressions;

namespace ProxyHelper.Documents;

/// <summary>Tests that the manual page and the completions name the options of the daemon.</summary>
public sealed partial class ManualPageTests
{
    private static readonly string _package = Path.Combine(Repository.Root, "src", "ProxyHelper.Daemon", "package");
    private static readonly string _page = Path.Combine(_package, "man", "proxy-helper.8");

    [Fact]
    public async Task The_manual_page_describes_each_option_and_no_other()
    {
        string page = await File.ReadAllTextAsync(_page, TestContext.Current.CancellationToken);
        string[] described = [.. page.Split('\n').Where(line => line.StartsWith(".It Fl ", StringComparison.Ordinal))
            .SelectMany(line => Option().Matches(line))
            .Select(option => (option.Groups["long"].Success ? "--" : "-") + option.Groups["name"].Value)];

        Assert.Equal(DaemonOptions.Read().Order(), described.Order());
    }

    [Fact]
    public void The_manual_page_renders_without_a_warning()
    {
        Requirement.Tool("man");

        string warnings = Tool.Run(
            "bash", "-c", "LC_ALL=C.UTF-8 MANROFFSEQ= MANWIDTH=80 man --warnings --local-file \"$0\" 2>&1 >/dev/null",
            _page);

        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("proxy-helper.bash", @"--[a-z-]+")]
    [InlineData("_proxy-helper", @"--[a-z-]+")]
    [InlineData("proxy-helper.fish", @"(?<=-l )[a-z-]+")]
    public async Task Each_shell_completes_each_long_option_and_no_other(string file, string form)
    {
        string script = await File.ReadAllTextAsync(
            Path.Combine(_package, "completions", file), TestContext.Current.CancellationToken);
        IEnumerable<string> options = DaemonOptions.Read()
            .Where(option => option.StartsWith("--", StringComparison.Ordinal));

        Assert.Equal(
            options.Select(option => option[2..]).Order(),
            Regex.Matches(script, form).Select(option => option.Value.TrimStart('-'))
                .Where(name => name.Length > 0).Distinct().Order());
    }

    [Fact]
    public void Bash_completes_the_start_of_an_option()
    {
        string script = Path.Combine(_package, "completions", "proxy-helper.bash");

        const string complete = "COMP_WORDS=(proxy-helper --al); COMP_CWORD=1; _proxy_helper; echo \"${COMPREPLY[@]}\"";
        string reply = Tool.Run("bash", "-c", $"source '{script}'; {complete}");

        Assert.Equal("--allow --allow-absent-address", reply.Trim());
    }

    // Such as: .It Fl u , Fl Fl user Ar NAME
    [GeneratedRegex(@"\bFl (?<long>Fl )?(?<name>[A-Za-z-]+)")]
    private static partial Regex Option();
}
