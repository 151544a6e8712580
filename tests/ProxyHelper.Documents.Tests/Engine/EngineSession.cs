using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ProxyHelper.Documents.Engine;

/// <summary>
/// Represents a PowerShell session with the module of the working copy. Its commands run on the calling thread, and so
/// in the network namespace of the calling thread. The engine is hosted here and not in a shell of its own, because
/// these tests compare the commands and outputs with pages that C# reads, and because a shell for each of some hundred
/// examples takes minutes.
/// </summary>
internal sealed class EngineSession : IDisposable
{
    private readonly StringWriter _screen = new();
    private readonly Runspace _runspace;

    /// <summary>Opens the session and imports the module.</summary>
    public EngineSession()
    {
        _runspace = RunspaceFactory.CreateRunspace(new ScreenHost(_screen), InitialSessionState.CreateDefault2());
        _runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        _runspace.Open();
        Run("Import-Module $args[0]", ManifestPath);
    }

    /// <summary>Gets the path of the module's manifest.</summary>
    public static string ManifestPath { get; } = Path.Combine(Repository.Root, "ProxyHelper.psd1");

    /// <summary>Gets the non-terminating errors of the last script.</summary>
    public Collection<ErrorRecord> Errors { get; private set; } = [];

    /// <summary>Gets the warnings of the last script.</summary>
    public Collection<WarningRecord> Warnings { get; private set; } = [];

    /// <summary>Runs a script to its end.</summary>
    /// <returns>The output.</returns>
    /// <exception cref="RuntimeException">Thrown when an error ended the script.</exception>
    public Collection<PSObject> Run(string script, params object[] arguments)
    {
        using var shell = System.Management.Automation.PowerShell.Create(_runspace);
        shell.AddScript(script);
        foreach (object argument in arguments)
        {
            shell.AddArgument(argument);
        }

        Collection<PSObject> output = shell.Invoke();
        Errors = [.. shell.Streams.Error];
        Warnings = [.. shell.Streams.Warning];
        return output;
    }

    /// <summary>Runs a script that puts out one object, without errors.</summary>
    public dynamic One(string script, params object[] arguments)
    {
        Collection<PSObject> output = Run(script, arguments);
        Assert.Empty(Errors);
        return Assert.Single(output);
    }

    /// <summary>Runs a script that puts out one object of a type, without errors.</summary>
    public T One<T>(string script, params object[] arguments)
    {
        Collection<PSObject> output = Run(script, arguments);
        Assert.Empty(Errors);
        return Assert.IsType<T>(Assert.Single(output).BaseObject);
    }

    /// <summary>Returns what a script shows on a screen of 120 columns.</summary>
    public string Show(string script, params object[] arguments)
    {
        _screen.GetStringBuilder().Clear();
        Run($"& {{ {script} }} @args | Out-Default", arguments);
        return _screen.ToString();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _runspace.Dispose();
        _screen.Dispose();
    }
}
