using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Text;

namespace ProxyHelper.PowerShell.Resolving;

/// <summary>
/// Represents a resolver script with everything that it needs of the session that starts the helper: the values of
/// $using:, the functions, aliases and modules that it names, the location and the language mode. The script never runs
/// in that session. A script block belongs to its runspace, so its text runs in others.
/// </summary>
internal sealed class ResolverScript
{
    private const string ValuesParameter = "--%"; // under this name, the engine looks for the values of $using:

    private readonly InitialSessionState _state;
    private readonly Hashtable _values;
    private readonly PathInfo _location;

    /// <summary>Takes what the script needs.</summary>
    /// <param name="script">The script block.</param>
    /// <param name="session">The session that starts the helper.</param>
    /// <exception cref="UsedVariableException">Thrown when a value of $using: cannot be used.</exception>
    public ResolverScript(ScriptBlock script, SessionState session)
    {
        Text = script.ToString();
        _values = ReadUsedValues(script.Ast, session);
        _location = session.Path.CurrentFileSystemLocation;
        _state = InitialSessionState.CreateDefault2();
        _state.LanguageMode = session.LanguageMode;

        // A program that fails becomes an error record, and so "not found" with a reason.
        _state.Variables.Add(
            new SessionStateVariableEntry("PSNativeCommandUseErrorActionPreference", value: true, string.Empty));
        new NamedCommands(session, _state).AddOf(script.Ast);
    }

    /// <summary>Gets the text of the script.</summary>
    public string Text { get; }

    /// <summary>Opens a runspace for the calling thread, in which the script can run.</summary>
    public Runspace OpenRunspace()
    {
        Runspace runspace = RunspaceFactory.CreateRunspace(_state);
        try
        {
            runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
            runspace.Open();
            runspace.SessionStateProxy.Path.SetLocation(_location.Path);
            return runspace;
        }
        catch
        {
            runspace.Dispose();
            throw;
        }
    }

    /// <summary>Makes a shell that runs the script once. Variables of the script do not outlive the run.</summary>
    public System.Management.Automation.PowerShell CreateShell(Runspace runspace, object query)
    {
        var shell = System.Management.Automation.PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddScript(Text, useLocalScope: true).AddArgument(query);
        return _values.Count == 0 ? shell : shell.AddParameter(ValuesParameter, _values);
    }

    private static Hashtable ReadUsedValues(Ast script, SessionState session)
    {
        var values = new Hashtable();
        foreach (Ast found in script.FindAll(ast => ast is UsingExpressionAst, searchNestedScriptBlocks: true))
        {
            var used = (UsingExpressionAst)found;
            string text = used.Extent.Text;
            object? value = ValueOf(used, session);
            if (value is ScriptBlock or PSObject { BaseObject: ScriptBlock })
            {
                throw new UsedVariableException(
                    text, $"The resolver script uses {text}, which is a script block and runs in its session only.");
            }

            values[KeyOf(used)] = value;
        }

        return values;
    }

    private static object? ValueOf(UsingExpressionAst used, SessionState session)
    {
        string text = used.Extent.Text;
        Ast root = used.SubExpression;
        while (root is not VariableExpressionAst)
        {
            root = root is MemberExpressionAst member ? member.Expression
                : root is IndexExpressionAst index ? index.Target
                : throw new UsedVariableException(text, $"The resolver script uses {text}, which is not a variable.");
        }

        string name = ((VariableExpressionAst)root).VariablePath.UserPath;
        PSVariable variable = session.PSVariable.Get(name) ?? throw new UsedVariableException(
            text, $"The resolver script uses {text}, but this session has no variable ${name}.");
        string rest = text[root.Extent.Text.Length..];
        return rest.Length == 0
            ? variable.Value
            : ScriptBlock.Create($"param($value) $value{rest}").InvokeReturnAsIs(variable.Value);
    }

    // The engine's key: names of variables have no case, other expressions have.
    private static string KeyOf(UsingExpressionAst used)
    {
        string text = used.Extent.Text;
        text = used.SubExpression is VariableExpressionAst ? text.ToLowerInvariant() : text;
        return Convert.ToBase64String(Encoding.Unicode.GetBytes(text));
    }
}
