using System.Reflection;
using System.Text.RegularExpressions;
using ProxyHelper.Client;
using ProxyHelper.Diagnosis;
using ProxyHelper.Relay;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Documents.Pages;

/// <summary>
/// Tests that docs/troubleshooting.md has every symptom that the programs show, in the words that they show.
/// </summary>
public sealed partial class TroubleshootingPageTests
{
    private const string Page = "docs/troubleshooting.md";

    // smtp-gated writes its own lines.
    private const string LinesOfOthers = "line";

    private static readonly DocumentRow[] _rows = [.. DocumentRow.Read(Page)];

    [Fact]
    public void Every_quoted_message_is_in_the_source()
    {
        string source = Concatenation().Replace(string.Join('\n', Directory
            .GetFiles(Path.Combine(Document.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText)), string.Empty);

        Faults.AssertNone(
            from row in _rows
            where row.Title != LinesOfOthers
            from phrase in Phrases(row)
            where !source.Contains(phrase, StringComparison.Ordinal)
            select $"{row.Place}: no program writes \"{phrase}\"");
    }

    [Fact]
    public void Every_refusal_and_fault_of_the_relay_is_there() =>
        AssertQuoted(RelayOutcomes.All.Select(row => row.Notice).OfType<string>());

    [Fact]
    public void Every_refusal_and_fault_of_the_helper_is_there() =>
        AssertQuoted(Outcomes.All.Select(row => row.Notice).OfType<string>());

    [Fact]
    public void Every_outcome_of_Test_ProxyHelper_is_there_and_no_other() => Assert.Equal(
        Enum.GetNames<HelperOutcome>().Order(),
        _rows.Where(row => row.Title == "outcome").Select(row => Code().Match(row.Cells[0]).Value).Order());

    [Fact]
    public void Every_check_is_there_and_no_other()
    {
        IEnumerable<string> checks = typeof(Finding).Assembly.GetType("ProxyHelper.Diagnosis.CheckNames")!
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!);

        Assert.Equal(
            checks.Order(),
            _rows.Where(row => row.Title == "check").SelectMany(row => row.Cells[0].Split(", ")).Order());
    }

    // Other tables quote single words, such as "queries", which are in many notices.
    private static void AssertQuoted(IEnumerable<string> notices) => Faults.AssertNone(
        from notice in notices
        where !_rows.Where(row => row.Title.StartsWith("the log says", StringComparison.Ordinal))
            .SelectMany(Phrases).Any(phrase => notice.Contains(phrase, StringComparison.Ordinal))
        select $"{Page} does not have \"{notice}\"");

    // The symptom is in the first cell. An ellipsis stands for values.
    private static IEnumerable<string> Phrases(DocumentRow row) => Quoted().Matches(row.Cells[0])
        .SelectMany(quoted => quoted.Groups["phrase"].Value.Split('…', StringSplitOptions.TrimEntries))
        .Where(phrase => phrase.Length > 0);

    [GeneratedRegex("""["](?<phrase>[^"]+)["]""")]
    private static partial Regex Quoted();

    [GeneratedRegex("(?<=`)[^`]+(?=`)")]
    private static partial Regex Code();

    [GeneratedRegex("""["]\s*\+\s*\$?["]""")]
    private static partial Regex Concatenation();
}
