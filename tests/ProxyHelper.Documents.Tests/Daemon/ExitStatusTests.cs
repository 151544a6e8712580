namespace ProxyHelper.Documents.Daemon;

/// <summary>Tests docs/reference/exit-statuses.md.</summary>
public sealed class ExitStatusTests
{
    private static Document Page => Document.All.Single(document => document.Path == "docs/reference/exit-statuses.md");

    /// <summary>Gets the commands of the table under "Check a value".</summary>
    public static TheoryData<string> Commands => [.. Rows.Where(IsCommand).Select(row => row[0].Trim('`'))];

    private static IEnumerable<string[]> Rows => Page.Text.Split('\n')
        .Where(line => line.StartsWith('|'))
        .Select(line => line.Trim('|', ' ').Split(" | "));

    /// <summary>Gets the statuses of the first table.</summary>
    private static IEnumerable<string> Statuses =>
        Rows.Select(row => row[0]).Where(cell => cell.Length > 0 && char.IsAsciiDigit(cell[0]));

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_command_has_the_status(string command) => NetworkNamespace.Run(() =>
    {
        string status = Rows.Single(row => row[0] == $"`{command}`")[1];

        (int actual, string errors) = DaemonProgram.Run(command.Split(' ')[1..]);

        Assert.True(status == $"{actual}", $"The status is {actual}. {errors}");
    });

    [Fact]
    public void The_tables_and_the_manual_pages_have_the_same_statuses()
    {
        Assert.Equal(Statuses, Rows.Where(IsCommand).Select(row => row[1]).Distinct().Order());
        Assert.Equal(Statuses, new ManualPage("proxy-helper.8").ExitStatuses);
        Assert.Equal(Statuses, new ManualPage("proxy-helper-relay.8").ExitStatuses);
    }

    private static bool IsCommand(string[] row) => row[0].StartsWith("`proxy-helper ", StringComparison.Ordinal);
}
