using System.Management.Automation.Runspaces;

namespace ProxyHelper.PowerShell.Resolving;

/// <summary>
/// Represents a runspace for resolver scripts and its own thread. A script that does not stop only keeps this thread,
/// which does not keep the process.
/// </summary>
internal sealed class ScriptRunspace
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly object _changed = new(); // also the lock of the three values below
    private readonly ResolverScript _script;
    private ScriptCall? _next;
    private Runspace? _busy; // the open runspace while a script runs
    private bool _isClosed;

    /// <summary>Starts to open the runspace.</summary>
    public ScriptRunspace(ResolverScript script)
    {
        _script = script;
        new Thread(Serve) { IsBackground = true, Name = "ProxyHelper script" }.Start();
    }

    /// <summary>Gets a task that completes when the runspace is open, or faults.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Gets a task that completes when the runspace is closed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Runs the script once, when the runspace is open. The runspace must be idle.</summary>
    public void Run(ScriptCall call)
    {
        lock (_changed)
        {
            _next = call;
            Monitor.Pulse(_changed);
        }
    }

    /// <summary>
    /// Closes the runspace as soon as no script runs. At its end, PowerShell closes each open runspace, and waits for
    /// its script. So a runspace whose script runs begins to close at once, on a thread that keeps no process.
    /// </summary>
    public void Close()
    {
        Runspace? busy;
        lock (_changed)
        {
            busy = _isClosed ? null : _busy;
            _isClosed = true;
            Monitor.Pulse(_changed);
        }

        if (busy is not null)
        {
            new Thread(() => CloseBusy(busy)) { IsBackground = true, Name = "ProxyHelper script end" }.Start();
        }
    }

    private static void CloseBusy(Runspace runspace)
    {
        try
        {
            runspace.Close();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The script has ended meanwhile, and its thread closes the runspace. The engine can throw then.
        }
    }

    private void Serve()
    {
        try
        {
            using Runspace runspace = _script.OpenRunspace();
            _opened.SetResult();
            while (TakeNext(runspace) is { } call)
            {
                call.Run(_script, runspace);
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _opened.TrySetException(failure);
            _ = Opened.Exception; // observed
            TakeNext(runspace: null)?.Fail(failure);
        }
        finally
        {
            _ended.SetResult();
        }
    }

    private ScriptCall? TakeNext(Runspace? runspace)
    {
        lock (_changed)
        {
            _busy = null;
            while (_next is null && !_isClosed)
            {
                Monitor.Wait(_changed);
            }

            ScriptCall? call = _next;
            _next = null;
            _busy = call is null ? null : runspace;
            return call;
        }
    }
}
