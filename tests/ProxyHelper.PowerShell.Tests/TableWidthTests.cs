using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>The tables as they look on screens of several widths.</summary>
public sealed class TableWidthTests
{
    private const string Longest = "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:1]:10943";

    [Theory]
    [InlineData("Get-NatMapping", 80, "Proto State OriginalSource OriginalDestination TranslatedSource")]
    [InlineData("Get-NatMapping", 120, "Proto State OriginalSource OriginalDestination TranslatedSource TranslatedDestination NAT")]
    [InlineData("Get-NatMapping", 200, "Proto State OriginalSource OriginalDestination TranslatedSource TranslatedDestination NAT")]
    [InlineData("Watch-NatMapping -TimeoutSeconds 0", 80, "At Change OriginalSource OriginalDestination TranslatedSource")]
    [InlineData("Watch-NatMapping -TimeoutSeconds 0", 120, "At Change OriginalSource OriginalDestination TranslatedSource TranslatedDestination State/Proto")]
    [InlineData("Get-NatMapping -Port 25 | Test-ProxyHelper", 80, "Source Outcome OriginalSource OriginalDestination")]
    [InlineData("Get-ProxyHelper", 80, "Id Name State Listening Since Queries")]
    [InlineData("Get-ProxyHelper", 120, "Id Name State Listening Since Queries Found NotFound Refused")]
    public void Headings_are_whole_in_one_line_and_nothing_is_cut(string command, int columns, string headings) => ClassicRouter.Run(session =>
    {
        session.Run("$null = Start-ProxyHelper 194.0.1.1");
        string[] lines = [.. Lines(session, command, columns)];
        Assert.Contains(headings, lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
        Assert.All(lines, line => Assert.True(line.Length <= columns && !line.Contains('…')));
    });

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void An_IPv6_end_point_goes_on_in_the_next_line(int columns) => NetworkNamespace.Run(() =>
    {
        using ConntrackFixture table = ConntrackFixture.Open();
        table.Add(ConntrackFlow.Tcp(Longest, "[2001:db8::2]:25", "[2001:db8::3]:9199", "[2001:db8::4]:20119"));
        using var session = new EngineSession();
        string[] rows = [.. Lines(session, "Get-NatMapping", columns).SkipWhile(line => !line.StartsWith("Tcp", StringComparison.Ordinal)).TakeWhile(line => line.Length > 0)];
        int column = rows[0].IndexOf('[');
        Assert.Equal(Longest, string.Concat(rows.Select(row => row.PadRight(columns).Substring(column, 21).TrimEnd())));
    });

    private static IEnumerable<string> Lines(EngineSession session, string command, int columns)
    {
        session.Run("$Host.UI.RawUI.BufferSize = $Host.UI.RawUI.WindowSize = [System.Management.Automation.Host.Size]::new($args[0], 50)", columns);
        return session.Show(command).Split('\n').Select(line => line.TrimEnd());
    }
}
