using ProxyHelper.Linux;

namespace ProxyHelper.Server;

/// <summary>
/// Runs the servers of a responder, each on its own thread, and keeps the state of the responder. Each server closes
/// its sockets when its thread ends, and nothing that an observer does can prevent that.
/// </summary>
internal sealed class ResponderLife
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ResponderParts _parts;
    private (Thread Thread, QueryServer Server)[] _threads;
    private volatile ResponderState _state;
    private int _openServers;
    private Exception? _failure;

    /// <summary>Creates the threads. They do not run until <see cref="Start"/>.</summary>
    public ResponderLife(ResponderParts parts)
    {
        _parts = parts;
        _threads = [.. parts.Servers.Select(server => (CreateThread(server), server))];
        _openServers = _threads.Length;
    }

    /// <summary>Gets the state of the responder.</summary>
    public ResponderState State => _state;

    /// <summary>
    /// Gets a task that completes when all sockets are closed, with the exception that ended the responder.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>Starts the threads.</summary>
    /// <exception cref="InvalidOperationException">Thrown when the responder was started before.</exception>
    /// <exception cref="ObjectDisposedException">Thrown when the responder was stopped.</exception>
    /// <exception cref="LinuxException">
    /// Thrown when a thread could not be started. Threads before it run until the responder is stopped.
    /// </exception>
    public void Start()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_state > ResponderState.Running, typeof(Responder));
            if (_state == ResponderState.Running)
            {
                throw new InvalidOperationException("The responder was started before.");
            }

            _state = ResponderState.Running;
            Array.ForEach(_threads, one => OwnProcess.Start(one.Thread));
        }
    }

    /// <summary>Tells the servers to answer what they have received, and to end.</summary>
    public void BeginStop()
    {
        lock (_lock)
        {
            if (_state >= ResponderState.Stopping)
            {
                return;
            }

            _state = ResponderState.Stopping;
            _parts.Stop.Set();
            foreach ((Thread thread, QueryServer server) in _threads)
            {
                if (thread.ThreadState.HasFlag(ThreadState.Unstarted))
                {
                    End(server);
                }
            }
        }
    }

    /// <summary>
    /// Waits until all sockets are closed. A thread of the responder does not wait, because it cannot wait for its own
    /// end.
    /// </summary>
    public void AwaitEnd()
    {
        if (!Array.Exists(_threads, one => one.Thread == Thread.CurrentThread))
        {
            // Unlike the other waits for a task, this one needs no thread of the pool, which a limit can forbid.
            ((IAsyncResult)Completion).AsyncWaitHandle.WaitOne();
        }
    }

    private Thread CreateThread(QueryServer server) =>
        new(() => Run(server)) { IsBackground = true, Name = "ProxyHelper" };

    private void Run(QueryServer server)
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
    /// Ends all servers, because a responder that lacks a server would be harder to notice than no responder.
    /// </summary>
    private void Fail(Exception cause)
    {
        lock (_lock)
        {
            _failure ??= cause;
            _state = ResponderState.Stopping;
            _parts.Stop.Set();
        }
    }

    private void End(QueryServer server)
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
            _state = _failure is null ? ResponderState.Stopped : ResponderState.Faulted;
            _parts.Stop.Dispose();

            // The buffers of the servers are not kept with the counts, which a caller may read for long.
            _threads = [];
            _parts.Servers = [];
        }

        _parts.Resolver?.Dispose();
        _parts.Telemetry.Dispose();
        _parts.Telemetry.Journal.Complete(_failure);
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

/// <summary>Specifies how far the life of a responder has come. A state is never followed by an earlier one.</summary>
public enum ResponderState
{
    /// <summary>The sockets are open. Queries wait in their queues.</summary>
    Opened,

    /// <summary>Queries are answered.</summary>
    Running,

    /// <summary>Queries that were received before are answered, then the sockets are closed.</summary>
    Stopping,

    /// <summary>The sockets are closed.</summary>
    Stopped,

    /// <summary>The sockets are closed because the responder could not go on.</summary>
    Faulted,
}
