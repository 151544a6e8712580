using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using ProxyHelper.EngineHost;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>A PowerShell session with the module imported, as a user has it. Its commands run on the calling thread, so in its network namespace.</summary>
internal sealed class EngineSession : IDisposable
{
    private readonly StringWriter _screen = new();
    private readonly Runspace _runspace;

    /// <summary>Opens the session and imports the module.</summary>
    public EngineSession()
    {
        _runspace = RunspaceFactory.CreateRunspace(new ConsoleHost(_screen, _screen), InitialSessionState.CreateDefault2());
        _runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        _runspace.Open();
        Run("Import-Module $args[0]", ManifestPath);
    }

    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Where the module's manifest is: in the folder that PROXYHELPER_MODULE names, such as a package's; else in the working copy.</summary>
    public static string ManifestPath { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("PROXYHELPER_MODULE") is { Length: > 0 } folder ? folder : Root, "ProxyHelper.psd1");

    /// <summary>The non-terminating errors of the last script.</summary>
    public Collection<ErrorRecord> Errors { get; private set; } = [];

    /// <summary>The warnings of the last script.</summary>
    public Collection<WarningRecord> Warnings { get; private set; } = [];

    /// <summary>The progress that the last script showed.</summary>
    public Collection<ProgressRecord> Progress { get; private set; } = [];

    /// <summary>Runs a script to its end.</summary>
    /// <returns>What it put out.</returns>
    /// <exception cref="RuntimeException">An error that ended it.</exception>
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
        Progress = [.. shell.Streams.Progress];
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

    /// <summary>Runs a script that an error is to end, as a user's try and catch see it.</summary>
    public ErrorRecord Failure(string script, params object[] arguments) =>
        Assert.IsType<ErrorRecord>(Assert.Single(Run($"try {{ {script} }} catch {{ $_ }}", arguments)).BaseObject);

    /// <summary>Runs a script until it puts something out; then the user presses Ctrl+C. Returns when it has ended.</summary>
    public void Interrupt(string script)
    {
        using var shell = System.Management.Automation.PowerShell.Create(_runspace);
        shell.AddScript(script);
        using var output = new PSDataCollection<PSObject>();
        Task? stop = null;
        output.DataAdded += (_, _) => stop ??= Task.Run(shell.Stop);
        shell.Invoke(null, output);
        stop!.Wait();
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
    }

    /// <summary>What the user sees on a screen of 120 columns.</summary>
    public string Show(string script, params object[] arguments)
    {
        _screen.GetStringBuilder().Clear();
        Run($"& {{ {script} }} @args | Out-Default", arguments);
        return _screen.ToString();
    }

    /// <summary>What the Tab key offers behind what was typed.</summary>
    public string[] Complete(string typed) =>
        [.. Run("[System.Management.Automation.CommandCompletion]::CompleteInput($args[0], $args[0].Length, $null).CompletionMatches | ForEach-Object CompletionText", typed)
            .Select(text => text.ToString())];

    /// <inheritdoc/>
    public void Dispose()
    {
        _runspace.Dispose();
        _screen.Dispose();
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ProxyHelper.psd1")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests are not inside the repository.");
    }
}
