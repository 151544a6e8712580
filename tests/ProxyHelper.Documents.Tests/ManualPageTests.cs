using System.Text.RegularExpressions;

namespace ProxyHelper.Documents;

/// <summary>Tests that the manual page and the completions name the options of the daemon.</summary>
public sealed partial class ManualPageTests
{
    private static readonly string _package = Path.Combine(Repository.Root, "src", "ProxyHelper.Daemon", "package");

    [Theory]
    [InlineData("proxy-helper.8")]
    [InlineData("proxy-helper-relay.8", "relay")]
    public async Task The_manual_page_describes_each_option_and_no_other(string name, params string[] command)
    {
        string page = await File.ReadAllTextAsync(PageOf(name), TestContext.Current.CancellationToken);
        string[] described = [.. page.Split('\n').Where(line => line.StartsWith(".It Fl ", StringComparison.Ordinal))
            .SelectMany(line => Option().Matches(line))
            .Select(option => (option.Groups["long"].Success ? "--" : "-") + option.Groups["name"].Value)];

        Assert.Equal(DaemonOptions.Read(command).Order(), described.Order());
    }

    [Theory]
    [InlineData("proxy-helper.8")]
    [InlineData("proxy-helper-relay.8")]
    [InlineData("proxy-helper.conf.5")]
    [InlineData("proxy-helper-relay.conf.5")]
    public void The_manual_page_renders_without_a_warning(string name)
    {
        Requirement.Tool("man");

        string warnings = Tool.Run(
            "bash", "-c", "LC_ALL=C.UTF-8 MANROFFSEQ= MANWIDTH=80 man --warnings --local-file \"$0\" 2>&1 >/dev/null",
            PageOf(name));

        Assert.Empty(warnings);
    }

    // The text of a shell's file is divided into the part of the helper and the part of the relay.
    [Theory]
    [InlineData("proxy-helper.bash", @"--[a-z-]+", @"^_proxy_helper\(\) \{.*?^\}")]
    [InlineData("_proxy-helper", @"--[a-z-]+", @"^_proxy_helper\(\) \{.*?^\}")]
    [InlineData("proxy-helper.fish", @"(?<=-l )[a-z-]+", @"^[^\n]*-n 'not __fish_seen_subcommand_from relay'[^\n]*")]
    [InlineData("proxy-helper.bash", @"--[a-z-]+", @"^_proxy_helper_relay\(\) \{.*?^\}", "relay")]
    [InlineData("_proxy-helper", @"--[a-z-]+", @"^_proxy_helper_relay\(\) \{.*?^\}", "relay")]
    [InlineData(
        "proxy-helper.fish", @"(?<=-l )[a-z-]+", @"^[^\n]*-n '__fish_seen_subcommand_from relay'[^\n]*", "relay")]
    public async Task Each_shell_completes_each_long_option_and_no_other(
        string file, string form, string part, params string[] command)
    {
        string script = await File.ReadAllTextAsync(
            Path.Combine(_package, "completions", file), TestContext.Current.CancellationToken);
        IEnumerable<string> parts = Regex.Matches(script, part, RegexOptions.Multiline | RegexOptions.Singleline)
            .Select(match => match.Value);
        IEnumerable<string> options = DaemonOptions.Read(command)
            .Where(option => option.StartsWith("--", StringComparison.Ordinal));

        Assert.Equal(
            options.Select(option => option[2..]).Order(),
            Regex.Matches(string.Join('\n', parts), form).Select(option => option.Value.TrimStart('-'))
                .Where(name => name.Length > 0).Distinct().Order());
    }

    [Theory]
    [InlineData("--al", "--allow --allow-absent-address")]
    [InlineData("r", "relay")]
    [InlineData("relay --al", "--allow-port --allow-absent-address")]
    [InlineData("relay --proxy-protocol v", "v2 v1")]
    [InlineData("--ident e", "endpoint")]
    public void Bash_completes_the_start_of_a_word(string words, string completions)
    {
        string script = Path.Combine(_package, "completions", "proxy-helper.bash");

        string complete = $"COMP_WORDS=(proxy-helper {words}); COMP_CWORD={words.Split(' ').Length}";
        string reply = Tool.Run(
            "bash", "-c", $"source '{script}'; {complete}; _proxy_helper; echo \"${{COMPREPLY[@]}}\"");

        Assert.Equal(completions, reply.Trim());
    }

    private static string PageOf(string name) => Path.Combine(_package, "man", name);

    // Such as: .It Fl u , Fl Fl user Ar NAME
    [GeneratedRegex(@"\bFl (?<long>Fl )?(?<name>[A-Za-z-]+)")]
    private static partial Regex Option();
}
