using System.Management.Automation;
using System.Text.RegularExpressions;

namespace ProxyHelper.Documents.Release;

/// <summary>Tests that no text names an option, a parameter or a page that has another name today.</summary>
public sealed partial class RenamedNameTests
{
    // What texts named once, and the name of today.
    private static readonly (string Old, string New)[] _renamed =
    [
        ("--origin-port", "--tcp-port"), ("origin-port", "tcp-port"), ("OriginPort", "TcpPort"),
        ("MaximumQueriesPerSecond", "MaxQueriesPerSecond"), ("MaximumQueueDelay", "MaxQueueDelay"),
        ("MaximumPerHost", "MaxPerSource"), ("RoundTripMilliseconds", "RoundTripSeconds"),
        ("docs/deployment.md", "docs/router.md"), ("docs/daemon.md", "docs/service.md"),
        ("docs/protocol.md", "docs/reference/protocol.md"),
    ];

    [Fact]
    public void No_text_uses_a_name_of_the_past() => Faults.AssertNone(
        from text in UserText.All
        from name in _renamed
        from Match match in Regex.Matches(text.Text, $@"(?<![\w-]){Regex.Escape(name.Old)}(?![\w-])")
        select text.Fault(match.Index, $"{name.Old} is {name.New} now"));

    // A message or a manual page can only name a page. The link tests cover the links of documents.
    [Fact]
    public void Every_page_and_section_that_a_text_names_exists()
    {
        var documents = Document.All.ToDictionary(document => document.Path);
        Faults.AssertNone(
            from text in UserText.All
            from Match page in Page().Matches(text.Text)
            where !documents.TryGetValue(page.Groups["path"].Value, out Document? document)
                || (page.Groups["section"].Success && !HasSection(document, page.Groups["section"].Value))
            select text.Fault(page.Index, $"there is no {page.Value}"));
    }

    [Fact]
    public void Every_command_of_a_topic_has_its_parameters_or_options()
    {
        using var session = new EngineSession();
        HashSet<string> options = [.. DaemonOptions.Read(), .. DaemonOptions.Read("relay")];
        Dictionary<string, CommandInfo> known = DocumentRun.Commands(session);
        UserText[] topics = [.. UserText.All.Where(text => text.Path.EndsWith(".help.txt", StringComparison.Ordinal))];

        Assert.NotEmpty(topics);
        Faults.AssertNone(
        [
            .. from topic in topics
               from Match option in Option().Matches(topic.Text)
               where !options.Contains(option.Value)
               select topic.Fault(option.Index, $"the daemon has no option {option.Value}"),
            .. from topic in topics
               from Match command in Command().Matches(topic.Text)
               from fault in new PowerShellScript(command.Value).Faults(known, new HashSet<string>())
               select topic.Fault(command.Index, fault),
        ]);
    }

    private static bool HasSection(Document document, string section) =>
        document.Anchors.Contains(section.Replace(' ', '-'), StringComparer.OrdinalIgnoreCase);

    // Such as: docs/security.md, "Firewall rules". A string of C# escapes the quotation marks.
    [GeneratedRegex(
        @"(?<![\w/])(?<path>docs/[\w/-]+\.md)(, \\?""(?<section>[^""\\]+)\\?"")?", RegexOptions.ExplicitCapture)]
    private static partial Regex Page();

    [GeneratedRegex(@"(?<=\s)--[a-z][a-z-]+")]
    private static partial Regex Option();

    // Code is indented, and a backtick continues a command on the next line.
    [GeneratedRegex(@"(?<=^ {8,})\p{Lu}[a-z]+-(Nat|Proxy)\w+(.*`\n)*.*$", RegexOptions.Multiline)]
    private static partial Regex Command();
}
