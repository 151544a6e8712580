using ProxyHelper.Linux;

namespace ProxyHelper.Lifetime;

/// <summary>
/// Runs servers, each on its own thread, and keeps their common state. Each server closes its sockets when its thread
/// ends, and nothing that an observer does can prevent that.
/// </summary>
internal sealed class ServerLife
{
    // A thread begins a round every second at least. After a longer time, the thread hangs.
    private static readonly TimeSpan _longestRound = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WakeSignal _stop;
    private readonly Action<Exception?> _whenEnded;
    private (Thread Thread, ServerLoop Server)[] _threads;
    private volatile ServerState _state;
    private int _openServers;
    private Exception? _failure;

    /// <summary>Creates the threads. They do not run until <see cref="Start"/>.</summary>
    /// <param name="servers">The servers, which the life disposes of.</param>
    /// <param name="stop">The signal that ends the servers, which the life disposes of.</param>
    /// <param name="whenEnded">
    /// Ends what the servers share, with the exception that ended them or null, before <see cref="Completion"/>.
    /// </param>
    public ServerLife(IReadOnlyList<ServerLoop> servers, WakeSignal stop, Action<Exception?> whenEnded)
    {
        _stop = stop;
        _whenEnded = whenEnded;
        _threads = [.. servers.Select(server => (CreateThread(server), server))];
        _openServers = _threads.Length;
    }

    /// <summary>Gets the state of the servers.</summary>
    public ServerState State => _state;

    /// <summary>
    /// Gets a task that completes when all sockets are closed, with the exception that ended the servers.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>Gets whether every thread has looked at its sockets recently.</summary>
    public bool IsResponsive => Array.TrueForAll(_threads, one => one.Server.TimeSinceLastRound < _longestRound);

    /// <summary>Starts the threads.</summary>
    /// <exception cref="InvalidOperationException">Thrown when they were started before.</exception>
    /// <exception cref="ObjectDisposedException">Thrown when they were stopped.</exception>
    /// <exception cref="LinuxException">
    /// Thrown when a thread could not be started. Threads before it run until they are stopped.
    /// </exception>
    public void Start()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_state > ServerState.Running, this);
            if (_state == ServerState.Running)
            {
                throw new InvalidOperationException("The threads were started before.");
            }

            _state = ServerState.Running;
            Array.ForEach(_threads, one => OwnProcess.Start(one.Thread));
        }
    }

    /// <summary>Tells the servers to finish what they have received, and to end.</summary>
    public void BeginStop()
    {
        lock (_lock)
        {
            if (_state >= ServerState.Stopping)
            {
                return;
            }

            _state = ServerState.Stopping;
            _stop.Set();
            foreach ((Thread thread, ServerLoop server) in _threads)
            {
                if (thread.ThreadState.HasFlag(ThreadState.Unstarted))
                {
                    End(server);
                }
            }
        }
    }

    /// <summary>
    /// Waits until all sockets are closed. A thread of a server does not wait, because it cannot wait for its own end.
    /// </summary>
    public void AwaitEnd()
    {
        if (!Array.Exists(_threads, one => one.Thread == Thread.CurrentThread))
        {
            // Unlike the other waits for a task, this one needs no thread of the pool, which a limit can forbid.
            ((IAsyncResult)Completion).AsyncWaitHandle.WaitOne();
        }
    }

    private Thread CreateThread(ServerLoop server) =>
        new(() => Run(server)) { IsBackground = true, Name = "ProxyHelper" };

    private void Run(ServerLoop server)
    {
        try
        {
            server.Run();
        }
        catch (Exception unexpected) when (unexpected is not OutOfMemoryException)
        {
            Fail(unexpected);
        }

        End(server);
    }

    /// <summary>
    /// Ends all servers, because a service that lacks a server would be harder to notice than no service.
    /// </summary>
    private void Fail(Exception cause)
    {
        lock (_lock)
        {
            _failure ??= cause;
            _state = ServerState.Stopping;
            _stop.Set();
        }
    }

    private void End(ServerLoop server)
    {
        server.Dispose();
        if (Interlocked.Decrement(ref _openServers) == 0)
        {
            Complete();
        }
    }

    private void Complete()
    {
        lock (_lock)
        {
            _state = _failure is null ? ServerState.Stopped : ServerState.Faulted;
            _stop.Dispose();
            _threads = []; // the buffers of the servers are not kept with the counts, which a caller may read for long
        }

        _whenEnded(_failure);
        if (_failure is null)
        {
            _completion.SetResult();
        }
        else
        {
            _completion.SetException(_failure);
            _ = Completion.Exception; // observed, so that a task without an observer raises no event
        }
    }
}
