namespace ProxyHelper.Documents;

/// <summary>Tests the tables of docs/scaling.md. The command above a table prints the table, byte for byte.</summary>
public sealed class ScalingPageTests
{
    private const string Call = "$program scaling";

    private static readonly string _program = Path.Combine(
        Document.Root, "tests/ProxyHelper.Benchmarks/bin/Release/net10.0/ProxyHelper.Benchmarks");

    /// <summary>Gets the commands of the page whose output follows, with their options.</summary>
    public static TheoryData<string> Commands => [.. Tables.Keys];

    private static Dictionary<string, string> Tables { get; } = Find();

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_table_is_the_output_of_the_command_above(string options) => Assert.Equal(
        Tables[options],
        Tool.Run(_program, ["scaling", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));

    [Fact]
    public void The_page_has_the_tables_of_the_model_and_of_a_site()
    {
        Assert.Contains(string.Empty, Tables.Keys);
        Assert.Contains(Tables.Keys, options => options.Contains("--routers", StringComparison.Ordinal));
    }

    private static Dictionary<string, string> Find()
    {
        Passage[] blocks = [.. Document.All.Single(document => document.Path == "docs/scaling.md").Blocks];
        return blocks.Zip(blocks.Skip(1))
            .Where(pair => pair.Second.Language == "text" && IsCall(LastLine(pair.First)))
            .ToDictionary(pair => LastLine(pair.First)[Call.Length..].Trim(), pair => pair.Second.Text);
    }

    private static bool IsCall(string line) => line.StartsWith(Call, StringComparison.Ordinal);

    private static string LastLine(Passage block) => block.Text.TrimEnd().Split('\n')[^1];
}
