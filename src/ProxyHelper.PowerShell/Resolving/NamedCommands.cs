using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace ProxyHelper.PowerShell.Resolving;

/// <summary>
/// Adds the commands that a script names to a session state: functions and aliases of the session, also those that
/// these name in turn, and loaded modules. Commands of other modules are found by their names, as in each session.
/// </summary>
internal sealed class NamedCommands(SessionState session, InitialSessionState state)
{
    private const CommandTypes Types =
        CommandTypes.Function | CommandTypes.Filter | CommandTypes.Cmdlet | CommandTypes.Alias;

    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _modules = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds the commands that a script names.</summary>
    public void AddOf(Ast script)
    {
        foreach (Ast command in script.FindAll(ast => ast is CommandAst, searchNestedScriptBlocks: true))
        {
            if (((CommandAst)command).GetCommandName() is { Length: > 0 } name)
            {
                Add(name);
            }
        }
    }

    private void Add(string name)
    {
        if (!_known.Add(name))
        {
            return;
        }

        // Unlike GetCommand, this method loads no module into the session of the user.
        CommandInfo? command = session.InvokeCommand.GetCommands(name, Types, nameIsPattern: false).FirstOrDefault();
        switch (command)
        {
            case { Module: { } module }:
                Add(module);
                break;
            case FunctionInfo function: // a filter, too
                state.Commands.Add(new SessionStateFunctionEntry(function.Name, function.Definition));
                AddOf(function.ScriptBlock.Ast);
                break;
            case AliasInfo alias when state.Commands[alias.Name].Count == 0:
                state.Commands.Add(new SessionStateAliasEntry(alias.Name, alias.Definition));
                Add(alias.Definition);
                break;
        }
    }

    private void Add(PSModuleInfo module)
    {
        string manifest = Path.Combine(module.ModuleBase, $"{module.Name}.psd1");
        string path = File.Exists(manifest) ? manifest : module.Path;
        if (_modules.Add(module.Name) && !module.Name.StartsWith("Microsoft.PowerShell.", StringComparison.Ordinal)
            && File.Exists(path))
        {
            state.ImportPSModule([path]);
        }
    }
}
