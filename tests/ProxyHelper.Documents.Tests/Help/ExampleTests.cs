using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Xml.Linq;

namespace ProxyHelper.Documents.Help;

/// <summary>
/// Runs every example of every page on the real kernel. The output, with errors and warnings, must be the output on the
/// page.
/// </summary>
public sealed class ExampleTests
{
    /// <summary>
    /// The only command of an example that the engine lacks: it is in Microsoft.PowerShell.Utility. The commands before
    /// it run, and the lines on the page must be the lines of the view that it uses. The values are not compared.
    /// </summary>
    private const string ListCommand = "Format-List";

    /// <summary>Gets the cmdlet and the title of each example.</summary>
    public static TheoryData<string, string> Examples { get; } =
        [.. HelpPage.Names.SelectMany(command =>
            HelpPage.Read(command).Examples.Select(example => (command, example.Title)))];

    [Theory]
    [MemberData(nameof(Examples))]
    public void It_shows_what_the_page_says(string command, string title)
    {
        PageExample example = HelpPage.Read(command).Examples.Single(example => example.Title == title);
        DocumentedRouter.Run(command, session =>
        {
            foreach ((string script, string output) in example.Steps)
            {
                Run(session, script, output);
            }
        });
    }

    private static void Run(EngineSession session, string script, string output)
    {
        Ast parsed = Parser.ParseInput(script, out _, out ParseError[] faults);
        Assert.Empty(faults);
        foreach (CommandAst one in parsed.FindAll(part => part is CommandAst, searchNestedScriptBlocks: true)
            .Cast<CommandAst>())
        {
            CheckNames(session, one);
        }

        CommandAst? list = (CommandAst?)parsed.Find(
            part => part is CommandAst one && one.GetCommandName() == ListCommand, searchNestedScriptBlocks: false);
        if (list is null)
        {
            string shown = session.Show(script) + Complaints(session);
            Assert.Equal(DocumentedOutput.Comparable(output), DocumentedOutput.Comparable(shown));
        }
        else
        {
            Assert.Equal(script.Length, list.Extent.EndOffset);
            PSObject listed = Assert.Single(session.Run(script[..list.Extent.StartOffset].TrimEnd(' ', '|')));
            Assert.Empty(session.Errors);
            // A line that starts with a space continues the value of the line before.
            IEnumerable<string> items = output.Split('\n').Where(line => !line.StartsWith(' '));
            Assert.Equal(ListLabels(listed.TypeNames), items.Select(line => line.Split(" :")[0].Trim()));
        }
    }

    // Commands and parameters must exist and be written out, also in a branch that does not run.
    private static void CheckNames(EngineSession session, CommandAst command)
    {
        if (command.GetCommandName() is { } name && name != ListCommand)
        {
            CommandInfo found = session.One<CmdletInfo>($"Get-Command {name}");
            Assert.All(command.CommandElements.OfType<CommandParameterAst>(), parameter =>
                Assert.Contains(parameter.ParameterName, found.Parameters.Keys));
        }
    }

    // The shell shows them below the output.
    private static string Complaints(EngineSession session) => string.Concat(
    [
        .. session.Warnings.Select(warning => $"\nWARNING: {warning.Message}"),
        .. session.Errors.Select(error => $"\n{error.InvocationInfo.MyCommand.Name}: {error.Exception.Message}"
            + $"\n  Recommendation: {error.ErrorDetails.RecommendedAction}"),
    ]);

    private static IEnumerable<string> ListLabels(Collection<string> types)
    {
        string file = Path.Combine(Path.GetDirectoryName(EngineSession.ManifestPath)!, "bin",
            "ProxyHelper.Format.ps1xml");
        XElement view = types
            .SelectMany(type => XDocument.Load(file).Descendants("View")
                .Where(view => view.Element("ViewSelectedBy")!.Elements().Any(name => name.Value == type)))
            .First(view => view.Element("ListControl") is not null);
        return view.Descendants("ListItem")
            .Where(item => item.Element("ItemSelectionCondition") is null) // shown if the value is not 0
            .Select(item => (item.Element("Label") ?? item.Element("PropertyName")!).Value);
    }
}
