using ProxyHelper.Documents.Help;

namespace ProxyHelper.Documents.Pages;

/// <summary>Tests that the commands of the pages about mappings and errors show what the pages say.</summary>
public sealed class MappingPageTests
{
    private const string Prompt = "PS> ";
    private static readonly string[] _pages = ["docs/mappings.md", "docs/reference/errors.md"];

    /// <summary>Gets the places of the blocks that show commands with their output.</summary>
    public static TheoryData<string> Blocks => [.. Consoles().Select(block => block.ToString())];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void The_router_shows_the_output_on_the_page(string place)
    {
        Passage block = Consoles().Single(block => block.ToString() == place);
        RouterSession.Run(session =>
        {
            foreach (string step in block.Text.Split(Prompt, StringSplitOptions.RemoveEmptyEntries))
            {
                string[] parts = step.Split('\n', 2);
                Assert.Equal(
                    DocumentedOutput.Comparable(parts[1]), DocumentedOutput.Comparable(session.Show(parts[0])));
            }
        });
    }

    private static IEnumerable<Passage> Consoles() => Document.AllBlocks.Where(block =>
        _pages.Contains(block.Document) && block.Text.StartsWith(Prompt, StringComparison.Ordinal));
}
