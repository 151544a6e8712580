using System.Collections.Concurrent;
using System.Management.Automation;
using ProxyHelper.Mappings;
using ProxyHelper.Sources;

namespace ProxyHelper.PowerShell.Resolving;

/// <summary>
/// Looks connections up with a script. The script runs in a few runspaces of its own. A script that does not stop is
/// abandoned with its runspace, and another runspace takes its place.
/// </summary>
internal sealed class ScriptResolver : MappingResolver
{
    /// <summary>The largest number of scripts that run at the same time.</summary>
    public const int MaxRunspaces = 4;

    /// <summary>The largest number of scripts that do not stop. Further queries are not looked up.</summary>
    public const int MaxAbandoned = 16;

    private static readonly TimeSpan _stopInterval = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan _stopPatience = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<ScriptRunspace, ScriptCall?> _open = [];
    private readonly ConcurrentBag<ScriptRunspace> _idle = [];
    private readonly ResolverScript _script;
    private int _running;
    private int _abandoned;
    private volatile bool _isDisposed;

    /// <summary>Gets the text of the script.</summary>
    public string Script => _script.Text;

    private ScriptResolver(ResolverScript script) => _script = script;

    /// <inheritdoc/>
    public override string Description => "a script";

    /// <summary>Gets the number of abandoned runspaces whose scripts still run.</summary>
    public int Abandoned => Volatile.Read(ref _abandoned);

    /// <summary>Makes a resolver, and opens its first runspace, so that a module that fails is noticed.</summary>
    /// <exception cref="RuntimeException">Thrown when a module cannot be loaded.</exception>
    public static async Task<ScriptResolver> OpenAsync(ResolverScript script)
    {
        var resolver = new ScriptResolver(script);
        try
        {
            ScriptRunspace first = resolver.OpenRunspace();
            await first.Opened.ConfigureAwait(false);
            resolver._idle.Add(first);
            while (resolver._open.Count < MaxRunspaces)
            {
                resolver._idle.Add(resolver.OpenRunspace()); // opens in the background
            }

            return resolver;
        }
        catch
        {
            resolver.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override async Task<ResolverAnswer> ResolveAsync(MappingQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return Interlocked.Increment(ref _running) > MaxRunspaces || Abandoned >= MaxAbandoned
                ? ResolverAnswer.FromFault(ResolverFault.Busy, DescribeLoad())
                : await RunAsync(query, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            Task[] ends = [.. _open.Keys.Select(runspace => runspace.Ended)];
            foreach ((ScriptRunspace runspace, ScriptCall? call) in _open)
            {
                call?.Stop();
                runspace.Close();
            }

            Task.WaitAll(ends, _stopPatience); // a script that does not stop goes on until it ends by itself
        }
    }

    private string DescribeLoad() => Abandoned >= MaxAbandoned
        ? $"{MaxAbandoned} scripts do not stop"
        : $"{MaxRunspaces} scripts run at the same time";

    private ScriptRunspace OpenRunspace()
    {
        var runspace = new ScriptRunspace(_script);
        _open[runspace] = null;
        _ = FollowAsync(runspace);
        return runspace;
    }

    private async Task FollowAsync(ScriptRunspace runspace)
    {
        await runspace.Ended.ConfigureAwait(false);
        _open.TryRemove(runspace, out _);
    }

    private async Task<ResolverAnswer> RunAsync(MappingQuery query, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var call = new ScriptCall(query);
        ScriptRunspace runspace = _idle.TryTake(out ScriptRunspace? idle) ? idle : OpenRunspace();
        _open[runspace] = call;
        runspace.Run(call);
        if (await EndsAsync(call, cancellationToken).ConfigureAwait(false))
        {
            GiveBack(runspace);
            return await call.Answer.ConfigureAwait(false);
        }

        Interlocked.Increment(ref _abandoned);
        _ = AbandonAsync(runspace);
        return ResolverAnswer.FromFault(ResolverFault.TimedOut, "the script does not stop");
    }

    /// <summary>Waits for the end of a script, and stops it at the cancellation.</summary>
    /// <returns>False when the script does not stop.</returns>
    private static async Task<bool> EndsAsync(ScriptCall call, CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellationToken.UnsafeRegister(one => ((TaskCompletionSource)one!).TrySetResult(), cancelled))
        {
            await Task.WhenAny(call.Answer, cancelled.Task).ConfigureAwait(false);
        }

        for (TimeSpan waited = default; !call.Answer.IsCompleted && waited < _stopPatience; waited += _stopInterval)
        {
            call.Stop(); // again and again, because the engine forgets a stop that comes just before the start
            await Task.WhenAny(call.Answer, Task.Delay(_stopInterval, CancellationToken.None)).ConfigureAwait(false);
        }

        return call.Answer.IsCompleted;
    }

    private void GiveBack(ScriptRunspace runspace)
    {
        if (!runspace.Opened.IsCompletedSuccessfully)
        {
            return; // it could not be opened, and has ended
        }

        _open[runspace] = null;
        _idle.Add(runspace);
        if (_isDisposed)
        {
            runspace.Close();
        }
    }

    private async Task AbandonAsync(ScriptRunspace runspace)
    {
        runspace.Close();
        await runspace.Ended.ConfigureAwait(false);
        Interlocked.Decrement(ref _abandoned);
    }
}
