using System.Management.Automation;
using System.Text.RegularExpressions;

namespace ProxyHelper.Documents;

/// <summary>Tests the PowerShell of the documents: the module has the commands, and they run on a router.</summary>
public sealed partial class PowerShellTests
{
    private const string Language = "powershell";
    private const string HelperNextToRouter = "10.1.1.253";

    /// <summary>Gets the places of the code blocks.</summary>
    public static TheoryData<string> Blocks =>
        [.. Document.AllBlocks.Where(block => block.Language == Language).Select(block => block.ToString())];

    [Fact]
    public void Every_command_parameter_and_value_is_there()
    {
        using var session = new EngineSession();
        Dictionary<string, CommandInfo> known = DocumentRun.Commands(session);
        IEnumerable<Passage> scripts = Document.AllBlocks.Where(block => block.Language == Language)
            .Concat(Document.AllBlocks.Where(block => block.Language == "console").SelectMany(Typed))
            .Concat(Document.AllBlocks.Where(block => block.Language is "ini" or "sh").SelectMany(Called))
            .Concat(Document.AllInlineCode.Where(code => Cmdlet().IsMatch(code.Text)));
        var functions = scripts.SelectMany(script => new PowerShellScript(script.Text).Functions)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

        Faults.AssertNone(
            from script in scripts
            from fault in new PowerShellScript(script.Text).Faults(known, functions)
            select script.Fault(fault));
    }

    [Fact]
    public void Every_parameter_that_a_sentence_names_is_there()
    {
        using var session = new EngineSession();
        HashSet<string> parameters = session
            .Run("Get-Command -Module ProxyHelper, Microsoft.PowerShell.Core | ForEach-Object { $_.Parameters.Keys }")
            .Select(name => (string)name.BaseObject)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

        Faults.AssertNone(
            from code in Document.AllInlineCode
            let name = ParameterAlone().Match(code.Text)
            where name.Success && !parameters.Contains(name.Groups["name"].Value)
            select code.Fault($"no cmdlet has -{name.Groups["name"].Value}"));
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void It_runs_on_a_router_without_an_error(string place)
    {
        Passage block = Document.AllBlocks.Single(block => block.ToString() == place);
        RouterSession.Run(session => DocumentRun.Run(session, block), HelperNextToRouter);
    }

    /// <summary>Returns the typed lines of a block that shows commands with their output.</summary>
    private static IEnumerable<Passage> Typed(Passage block) => block.Text.Split('\n')
        .Where(line => line.StartsWith("PS> ", StringComparison.Ordinal))
        .Select(line => block with { Text = line[4..] });

    /// <summary>Returns the scripts that a service or a shell passes to pwsh.</summary>
    private static IEnumerable<Passage> Called(Passage block) =>
        PowerShellCall().Matches(block.Text).Select(call => block with { Text = call.Groups["script"].Value });

    [GeneratedRegex("""pwsh .*-Command "(?<script>[^"]*)["]""")]
    private static partial Regex PowerShellCall();

    [GeneratedRegex(@"^\p{Lu}[a-z]+-\p{Lu}\w+")]
    private static partial Regex Cmdlet();

    [GeneratedRegex(@"^-(?<name>\p{Lu}[a-z]\w+)")]
    private static partial Regex ParameterAlone();
}
