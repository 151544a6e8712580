using System.Text.RegularExpressions;

namespace ProxyHelper.Documents;

/// <summary>
/// Compares the promises of the documents with the tests that prove them. A test names its promises: in C# with
/// [Trait("Promise", "name")], in PowerShell with -Tag.
/// </summary>
public sealed partial class PromiseTests
{
    private static readonly string _tests = Path.Combine(Document.Root, "tests");

    private static readonly string[] _promised =
    [
        .. from page in (string[])["docs/reliability.md", "docs/security.md"]
           from Match row in PromiseRow().Matches(Document.All.Single(document => document.Path == page).Text)
           select row.Groups["name"].Value,
    ];

    private static readonly (string File, string Name)[] _proved =
    [
        .. Names("*Tests.cs", PromiseTrait()),
        .. Names("*.Tests.ps1", ShellTags()),
    ];

    [Fact]
    public void Both_pages_have_promises_and_no_two_have_the_same_name()
    {
        Assert.Contains("correct-reply", _promised);
        Assert.Contains("own-connections", _promised);
        Assert.Distinct(_promised);
    }

    [Fact]
    public void Each_promise_has_a_test() => Faults.AssertNone(
        from name in _promised.Except(_proved.Select(test => test.Name))
        select $"no test has the promise '{name}'");

    [Fact]
    public void Each_promise_of_a_test_is_in_a_document() => Faults.AssertNone(
        from test in _proved
        where !_promised.Contains(test.Name)
        select $"{test.File}: no document makes the promise '{test.Name}'");

    private static IEnumerable<(string File, string Name)> Names(string pattern, Regex names) =>
        from file in Directory.EnumerateFiles(_tests, pattern, SearchOption.AllDirectories)
        from Match match in names.Matches(File.ReadAllText(file))
        from Capture name in match.Groups["name"].Captures
        select (Path.GetRelativePath(Document.Root, file), name.Value);

    [GeneratedRegex(@"^\| `(?<name>[a-z]+(-[a-z]+)*)` \| ", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex PromiseRow();

    [GeneratedRegex("""^ *\[Trait\("Promise", "(?<name>[^"]*)"\)\]""", RegexOptions.Multiline)]
    private static partial Regex PromiseTrait();

    [GeneratedRegex(@"^ *(?:Describe|Context|It) .* -Tag (?:'(?<name>[^']*)'(?:, )?)+", RegexOptions.Multiline)]
    private static partial Regex ShellTags();
}
