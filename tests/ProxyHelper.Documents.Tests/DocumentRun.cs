using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Runtime.Versioning;

namespace ProxyHelper.Documents;

/// <summary>
/// Runs the PowerShell of a document in a session, as far as the engine has the commands without the modules of the
/// shell.
/// </summary>
internal static class DocumentRun
{
    private const string Entry =
        "tcp 6 100 ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25 "
        + "src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=20119 [ASSURED] mark=0 use=1\n";

    /// <summary>Returns the commands that the session can run: those of the module and of the engine.</summary>
    public static Dictionary<string, CommandInfo> Commands(EngineSession session) => session
        .Run("Get-Command -Module ProxyHelper, Microsoft.PowerShell.Core")
        .Select(command => (CommandInfo)command.BaseObject)
        .ToDictionary(command => command.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Runs the statements whose commands the session has. The test makes the files that the block names.
    /// </summary>
    [UnsupportedOSPlatform("windows")]
    public static void Run(EngineSession session, Passage block)
    {
        Dictionary<string, CommandInfo> commands = Commands(session);
        var unknown = new HashSet<string>(StringComparer.OrdinalIgnoreCase); // variables of statements that are not run
        DirectoryInfo files = Directory.CreateTempSubdirectory("documents");
        try
        {
            session.Run("$ConfirmPreference = 'None'; $ExecutionContext.SessionState.Path.SetLocation($args[0])",
                Document.Root);
            foreach (StatementAst statement in new PowerShellScript(MakeFiles(block.Text, files)).Statements)
            {
                if (!Runs(statement, commands, unknown))
                {
                    unknown.UnionWith(Variables(statement));
                    continue;
                }

                session.Run(statement.Extent.Text);
                Assert.True(session.Errors.Count == 0,
                    block.Fault($"{statement.Extent.Text}\n{string.Join('\n', session.Errors)}"));
            }
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    private static bool Runs(StatementAst statement, Dictionary<string, CommandInfo> commands,
        HashSet<string> unknown) =>
        !Variables(statement).Any(unknown.Contains)
        && PowerShellScript.CommandsIn(statement)
            .All(command => command.GetCommandName() is { } name && commands.ContainsKey(name) && Ends(command)
                && !Has(command, "HostName"));

    /// <summary>Returns false for a watch without an end, which only Ctrl+C ends.</summary>
    private static bool Ends(CommandAst command) =>
        command.GetCommandName() != "Watch-NatMapping" || Has(command, "TimeoutSeconds", "Count");

    private static bool Has(CommandAst command, params string[] parameters) =>
        command.CommandElements.OfType<CommandParameterAst>()
            .Any(parameter => parameters.Contains(parameter.ParameterName));

    private static IEnumerable<string> Variables(StatementAst statement) => statement
        .FindAll(ast => ast is VariableExpressionAst, searchNestedScriptBlocks: true)
        .Select(ast => ((VariableExpressionAst)ast).VariablePath.UserPath);

    [UnsupportedOSPlatform("windows")]
    private static string MakeFiles(string text, DirectoryInfo folder)
    {
        string table = Path.Combine(folder.FullName, "table.txt"), secret = Path.Combine(folder.FullName, "secret");
        string functions = Path.Combine(folder.FullName, "Resolvers.psm1");
        File.WriteAllText(table, Entry);
        Passage module = Document.AllBlocks.Single(
            block => block.Text.StartsWith("# Runs a command on a router, ", StringComparison.Ordinal));
        File.WriteAllText(functions, module.Text);
        File.WriteAllText(secret, 12345.ToString(CultureInfo.InvariantCulture));
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return text
            .Replace("./table.txt", table, StringComparison.Ordinal)
            .Replace("/etc/proxy-helper/Resolvers.psm1", functions, StringComparison.Ordinal)
            .Replace("/etc/proxy-helper.secret", secret, StringComparison.Ordinal)
            .Replace("/run/proxy-helper.pid", Path.Combine(folder.FullName, "pid"), StringComparison.Ordinal);
    }
}
