using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ProxyHelper.Documents;

/// <summary>Compares the PowerShell of a document with the commands of the module.</summary>
internal sealed class PowerShellScript
{
    // Commands of the shell's modules, which the engine does not have, and programs. Documents can use them.
    private static readonly HashSet<string> _elsewhere = new(StringComparer.OrdinalIgnoreCase)
    {
        "Add-NetNatStaticMapping", "ConvertFrom-Json", "ConvertTo-Json", "Expand-Archive", "Export-Clixml",
        "Export-Csv", "Format-List", "Format-Table", "Format-Wide", "Get-Content", "Get-Credential",
        "Get-NetNatSession", "Group-Object", "Import-Clixml", "Import-Csv", "Install-Module", "Install-PSResource",
        "Invoke-RestMethod", "Measure-Object",
        "New-MarkdownCommandHelp", "Publish-PSResource", "Register-PSResourceRepository", "Select-Object",
        "Select-String", "Sort-Object", "conntrack", "dotnet", "ssh",
    };

    private readonly ScriptBlockAst _syntax;
    private readonly ParseError[] _errors;

    /// <summary>Parses the script.</summary>
    public PowerShellScript(string text)
    {
        _syntax = Parser.ParseInput(text, out _, out _errors);
    }

    /// <summary>Gets the statements.</summary>
    public IEnumerable<StatementAst> Statements => _syntax.EndBlock?.Statements ?? Enumerable.Empty<StatementAst>();

    /// <summary>Gets the names of the functions that the script defines.</summary>
    public IEnumerable<string> Functions => _syntax
        .FindAll(ast => ast is FunctionDefinitionAst, searchNestedScriptBlocks: true)
        .Select(ast => ((FunctionDefinitionAst)ast).Name);

    /// <summary>Returns the commands in a part of a script.</summary>
    public static IEnumerable<CommandAst> CommandsIn(Ast part) =>
        part.FindAll(ast => ast is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>();

    /// <summary>
    /// Returns the errors that the script gets: from the parser, or because a command, a parameter or a value does not
    /// exist.
    /// </summary>
    /// <param name="known">The commands by name.</param>
    /// <param name="functions">The functions that the documents define.</param>
    public IEnumerable<string> Faults(
        IReadOnlyDictionary<string, CommandInfo> known, IReadOnlySet<string> functions) =>
    [
        .. _errors.Select(error => error.Message),
        .. CommandsIn(_syntax)
            .Where(command => command.GetCommandName() is not { } name || !functions.Contains(name))
            .SelectMany(command => Faults(command, known)),
    ];

    private static IEnumerable<string> Faults(CommandAst command, IReadOnlyDictionary<string, CommandInfo> known)
    {
        string? name = command.GetCommandName();
        if (name is null || _elsewhere.Contains(name))
        {
            yield break; // a script block or a variable is called, or a command of others
        }

        if (!known.TryGetValue(name, out CommandInfo? info))
        {
            yield return $"there is no command {name}";
            yield break;
        }

        for (int i = 1; i < command.CommandElements.Count; i++)
        {
            if (command.CommandElements[i] is CommandParameterAst given)
            {
                Ast? value = given.Argument ?? command.CommandElements.ElementAtOrDefault(i + 1);
                if (Fault(info, given.ParameterName, value) is { } fault)
                {
                    yield return fault;
                }
            }
        }
    }

    private static string? Fault(CommandInfo info, string parameter, Ast? value)
    {
        ParameterMetadata found;
        try
        {
            found = info.ResolveParameter(parameter);
        }
        catch (ParameterBindingException)
        {
            return $"{info.Name} has no parameter -{parameter}";
        }

        // An ellipsis stands for a value that the reader knows. Values that an attribute converts are tested when the
        // script runs.
        if (found.SwitchParameter || !IsConstant(value) || value!.Extent.Text.Contains('…')
            || found.Attributes.OfType<ArgumentTransformationAttribute>().Any())
        {
            return null;
        }

        object given = ((ExpressionAst)value).SafeGetValue();
        return LanguagePrimitives.TryConvertTo(given, found.ParameterType, CultureInfo.InvariantCulture, out _)
            ? null
            : $"{info.Name} -{parameter} does not take {value.Extent.Text}";
    }

    private static bool IsConstant(Ast? value) =>
        value is ConstantExpressionAst or StringConstantExpressionAst
            || (value is ArrayLiteralAst list && list.Elements.All(IsConstant));
}
