using System.Management.Automation;
using System.Management.Automation.Runspaces;
using ProxyHelper.Mappings;
using ProxyHelper.Sources;
using Shell = System.Management.Automation.PowerShell;

namespace ProxyHelper.PowerShell.Resolving;

/// <summary>Represents one run of a resolver script.</summary>
internal sealed class ScriptCall(MappingQuery query)
{
    private readonly TaskCompletionSource<ResolverAnswer> _answer = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Lock _lock = new();
    private Shell? _shell;
    private bool _isStopped;
    private bool _isStopping;

    /// <summary>Gets a task that completes when the script has ended.</summary>
    public Task<ResolverAnswer> Answer => _answer.Task;

    /// <summary>Runs the script on the calling thread.</summary>
    public void Run(ResolverScript script, Runspace runspace)
    {
        using Shell shell = script.CreateShell(runspace, query);
        using var output = new ScriptOutput(query, Stop);
        lock (_lock)
        {
            _shell = _isStopped ? null : shell;
        }

        try
        {
            if (_shell is not null)
            {
                Invoke(shell, output);
            }

            _answer.TrySetResult(output.ToAnswer(shell.Streams.Error));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _answer.TrySetResult(output.ToAnswer(failure));
        }
        finally
        {
            lock (_lock)
            {
                _shell = null;
            }
        }
    }

    /// <summary>Asks the script to stop. The engine forgets a request that comes before the script starts.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _isStopped = true;
            if (_shell is { } shell && !_isStopping)
            {
                _isStopping = true;
                new Thread(() => Stop(shell)) { IsBackground = true, Name = "ProxyHelper script stop" }.Start();
            }
        }
    }

    /// <summary>Completes the call with a failure of the runspace.</summary>
    public void Fail(Exception failure) => _answer.TrySetException(failure);

    // Shell.BeginStop waits for the script on a thread that keeps the process.
    private void Stop(Shell shell)
    {
        try
        {
            shell.Stop();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The script has ended meanwhile, and its shell is disposed of.
        }

        lock (_lock)
        {
            _isStopping = false;
        }
    }

    private static void Invoke(Shell shell, ScriptOutput output)
    {
        StreamLimit.Apply(shell.Streams, ScriptOutput.MaxErrors);
        using var input = new PSDataCollection<PSObject>();
        input.Complete();
        shell.Invoke(input, output.Objects, null);
    }
}
