using System.Text.RegularExpressions;

namespace ProxyHelper.Documents;

/// <summary>Tests the names of tests in documents.</summary>
public sealed partial class TestNameTests
{
    [Fact]
    public void Every_test_that_a_document_names_exists()
    {
        HashSet<string> tests =
        [
            .. TestFiles("*Tests.cs").Select(file => Path.GetFileNameWithoutExtension(file)),
            .. TestFiles("*.Tests.ps1").Select(file => Path.GetFileName(file)),
        ];
        Faults.AssertNone(
            from code in Document.AllInlineCode
            where TestName().IsMatch(code.Text) && !tests.Contains(code.Text)
            select code.Fault($"there is no test {code.Text}"));
    }

    [Fact]
    public void No_page_for_administrators_names_a_test() => Faults.AssertNone(
        from code in Document.AllInlineCode
        where code.Document.StartsWith("docs/", StringComparison.Ordinal) && TestName().IsMatch(code.Text)
        select code.Fault($"the page names {code.Text}; a promise has a name that does not change"));

    // A file of tests has the name of its class.
    private static IEnumerable<string> TestFiles(string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), pattern, SearchOption.AllDirectories);

    [GeneratedRegex(@"^(\w+Tests|\w+\.Tests\.ps1)$")]
    private static partial Regex TestName();
}
