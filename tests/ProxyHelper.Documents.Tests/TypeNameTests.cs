using System.Text.RegularExpressions;

namespace ProxyHelper.Documents;

/// <summary>
/// Tests the names of types: a name means one thing in the whole repository, and documents name tests that exist.
/// </summary>
public sealed partial class TypeNameTests
{
    [Fact]
    public void No_two_types_have_the_same_name() => Faults.AssertNone(
        from type in Types()
        group type.File by type.Name into files
        where files.Distinct().Count() > 1
        select $"{files.Key}: {string.Join(", ", files.Distinct())}");

    [Fact]
    public void Every_test_that_a_document_names_exists()
    {
        HashSet<string> tests =
        [
            .. Types().Select(type => type.Name),
            .. Directory.GetFiles(Path.Combine(Repository.Root, "tests", "Shell"))
                .Select(file => Path.GetFileName(file)),
        ];
        Faults.AssertNone(
            from code in Document.AllInlineCode
            where TestName().IsMatch(code.Text) && !tests.Contains(code.Text)
            select code.Fault($"there is no test {code.Text}"));
    }

    // Partial types have one name in several files, such as Arguments.cs and Arguments.Parse.cs.
    private static IEnumerable<(string Name, string File)> Types() =>
        from folder in (string[])["src", "tests"]
        from file in Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Repository.Root, file)
        where !BuildOutput().IsMatch(path)
        from Match type in Declaration().Matches(File.ReadAllText(file))
        select (type.Groups["name"].Value, type.Groups["partial"].Success ? path[..^Path.GetFileName(path).Length]
            : path);

    [GeneratedRegex("/(bin|obj)/")]
    private static partial Regex BuildOutput();

    [GeneratedRegex(
        @"^(?:(?:public|internal|file|static|sealed|abstract|readonly|ref|unsafe|(?<partial>partial)) )+"
        + @"(?:class|struct|record struct|record|enum|interface) (?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^(\w+Tests|\w+\.Tests\.ps1)$")]
    private static partial Regex TestName();
}
