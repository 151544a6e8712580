using System.Text.RegularExpressions;

namespace ProxyHelper.Documents.Daemon;

/// <summary>Reads the examples of a manual page.</summary>
/// <param name="name">The name of the file.</param>
internal sealed partial class ManualPage(string name)
{
    private readonly string _path = Path.Combine(Repository.Root, "src", "ProxyHelper.Daemon", "package", "man", name);

    /// <summary>Gets the examples of a configuration file.</summary>
    public IEnumerable<string> Configurations => Literals().Matches(File.ReadAllText(_path))
        .Select(block => block.Groups["text"].Value.Replace(@"\-", "-", StringComparison.Ordinal))
        .Where(text => SettingLine().IsMatch(text));

    /// <summary>Gets the exit statuses that the page describes.</summary>
    public IEnumerable<string> ExitStatuses => ExitStatus().Matches(File.ReadAllText(_path)).Select(one => one.Value);

    /// <summary>
    /// Returns the examples of rules as a terminal shows them, so that what can be pasted is tested.
    /// </summary>
    /// <param name="tool">"nft" or "iptables".</param>
    public IReadOnlyList<string> ReadRules(string tool)
    {
        Requirement.Tool("man");
        string shown = Tool.Run("bash", "-c", "LC_ALL=C.UTF-8 MANWIDTH=160 man --local-file \"$0\"", _path);
        Regex form = tool == "nft" ? Table() : Commands();
        return [.. form.Matches(shown).Select(rules => Dedent(rules.Value))];
    }

    private static string Dedent(string text)
    {
        int indent = text.Length - text.TrimStart(' ').Length;
        return string.Concat(
            text.Split('\n').Where(line => line.Length > indent).Select(line => $"{line[indent..]}\n"));
    }

    [GeneratedRegex(@"^\.Bd -literal[^\n]*\n(?<text>.*?)^\.Ed$",
        RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Literals();

    [GeneratedRegex(@"\A[a-z-]+ = ")]
    private static partial Regex SettingLine();

    [GeneratedRegex(@"(?<=^\.It )\d+$", RegexOptions.Multiline)]
    private static partial Regex ExitStatus();

    [GeneratedRegex(
        @"^(?<indent> +)table [^\n]*\{$.*?^\k<indent>\}$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Table();

    [GeneratedRegex(@"^( +iptables [^\n]*\n)+", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Commands();
}
