using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ProxyHelper.EngineHost;

/// <summary>One script, run from its first line to its exit status in a runspace of its own.</summary>
internal static class ScriptRun
{
    // What a shell reports of a program that Ctrl+C ended: 128 and the number of SIGINT.
    private const int Interrupted = 130;

    /// <summary>Runs the script on the calling thread.</summary>
    /// <param name="script">The script's full path.</param>
    /// <param name="arguments">Its arguments; a word that begins with a dash names a parameter, as with <c>pwsh -File</c>.</param>
    /// <returns>What the script's <c>exit</c> says, 1 after a terminating error, else 0.</returns>
    public static int Execute(string script, IReadOnlyList<string> arguments)
    {
        ConsoleHost host = new(Console.Out, Console.Error);
        using Runspace runspace = RunspaceFactory.CreateRunspace(host, InitialSessionState.CreateDefault2());
        // A network namespace belongs to a thread: what the script opens must be opened by the thread that was started in it.
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Open();
        Runspace.DefaultRunspace = runspace;

        using PowerShell shell = PowerShell.Create(runspace);
        // Ctrl+C stops the pipeline, so that the script's `finally` blocks run and its jobs end.
        Console.CancelKeyPress += (_, press) =>
        {
            press.Cancel = true;
            shell.BeginStop(null, null);
        };
        return Invoke(shell, ScriptCommand(script, arguments), host);
    }

    private static int Invoke(PowerShell shell, Command command, ConsoleHost host)
    {
        // Errors travel with the output, as in any console: Out-Default hands them to the host's error stream.
        command.MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.Commands.AddCommand(command).AddCommand("Out-Default");
        try
        {
            shell.Invoke();
        }
        catch (RuntimeException failure)
        {
            host.UI.WriteErrorLine(failure.ErrorRecord.ToString());
            return 1;
        }

        if (shell.InvocationStateInfo.State == PSInvocationState.Stopped)
        {
            return Interrupted;
        }

        // An `exit` in a script file is told by this variable; null when there was none.
        return shell.Runspace.SessionStateProxy.GetVariable("LASTEXITCODE") as int? ?? 0;
    }

    private static Command ScriptCommand(string script, IReadOnlyList<string> arguments)
    {
        Command command = new(script);
        foreach (string argument in arguments)
        {
            command.Parameters.Add(
                argument.StartsWith('-') ? new CommandParameter(argument) : new CommandParameter(null, argument));
        }

        return command;
    }
}
