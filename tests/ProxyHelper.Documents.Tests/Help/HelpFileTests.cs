namespace ProxyHelper.Documents.Help;

/// <summary>
/// Tests that the committed MAML file says what the pages say. 'build.ps1 -Task Docs' makes the file.
/// </summary>
public sealed class HelpFileTests
{
    [Fact]
    public void It_has_the_commands_that_have_pages() =>
        Assert.Equal(HelpPage.Names, HelpFile.Commands.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(HelpPageTests.Commands), MemberType = typeof(HelpPageTests))]
    public void It_says_what_the_page_says(string command) =>
        Assert.Equal(HelpFile.Text(HelpPage.Read(command)), HelpFile.Text(HelpFile.Commands[command]));

    [Theory]
    [InlineData("ProxyHelper.PowerShell.dll-Help.xml")]
    [InlineData("about_ProxyHelper.help.txt")]
    [InlineData("about_ProxyHelper_Relay.help.txt")]
    public void The_build_puts_it_where_the_engine_looks(string file) => Assert.Equal(
        File.ReadAllBytes(Path.Combine(HelpPage.Folder, file)),
        File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(EngineSession.ManifestPath)!, "en-US", file)));
}
