using System.Text.RegularExpressions;

namespace ProxyHelper.Documents.Pages;

/// <summary>Tests that docs/reference/errors.md has every error of the cmdlets, and no other.</summary>
public sealed partial class ErrorPageTests
{
    private const string Page = "docs/reference/errors.md";

    private static readonly string _source = string.Join('\n', Directory
        .GetFiles(Path.Combine(Document.Root, "src/ProxyHelper.PowerShell"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
        .Select(File.ReadAllText));

    [Fact]
    public void The_page_has_each_id_with_its_category() => Assert.Equal(
        Makers().Select(maker => $"{maker.Groups["id"].Value} {maker.Groups["category"].Value}").Distinct().Order(),
        DocumentRow.Read(Page).Select(row => $"{row.Cells[0].Trim('`')} {row.Cells[1]}").Order());

    [Fact]
    public void Every_row_says_what_to_do() => Assert.All(DocumentRow.Read(Page), row =>
    {
        Assert.Equal(4, row.Cells.Count);
        Assert.All(row.Cells, Assert.NotEmpty);
    });

    // Otherwise an error could have an id that the first test does not find.
    [Fact]
    public void Every_category_in_the_source_is_that_of_an_id() =>
        Assert.Equal(Category().Count(_source), Makers().Count);

    private static MatchCollection Makers() => Maker().Matches(_source);

    // A method ends where the next method starts.
    [GeneratedRegex(
        @"static ErrorRecord (?<id>\w+)\((?:(?!static ErrorRecord).)*?\bErrorCategory\.(?<category>\w+)",
        RegexOptions.Singleline)]
    private static partial Regex Maker();

    [GeneratedRegex(@"\bErrorCategory\.")]
    private static partial Regex Category();
}
