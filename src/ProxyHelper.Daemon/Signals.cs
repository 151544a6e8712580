using ProxyHelper.Linux;

namespace ProxyHelper.Daemon;

/// <summary>Specifies what the main thread of the running service has to do.</summary>
internal enum ServiceRequest
{
    /// <summary>SIGHUP: read the configuration again.</summary>
    Reload,

    /// <summary>SIGUSR1: log the counters.</summary>
    LogCounters,

    /// <summary>Log the notices of the responder, which may have ended.</summary>
    LogNotices,
}

/// <summary>
/// Receives the signals of this process on its own thread, and keeps the requests for the main thread. All threads hold
/// the signals back from the first instruction of the process to its last (Native/before_main.c), so that no signal is
/// lost or ends the process.
/// </summary>
internal sealed class Signals : IDisposable
{
    private const int Hangup = 1; // SIGHUP; these numbers are the same on x64 and on arm64
    private const int Interrupt = 2; // SIGINT
    private const int User = 10; // SIGUSR1
    private const int Termination = 15; // SIGTERM

    private readonly Log _log;
    private readonly SignalQueue _queue = SignalQueue.Open(Hangup, Interrupt, User, Termination);
    private readonly EventSignal _end = EventSignal.Create();
    private readonly Thread _thread;
    private readonly Queue<ServiceRequest> _requests = new(); // also its own lock

    private readonly Lock _stopping = new();
    private IDisposable? _owned;
    private Action _stop;

    /// <summary>Starts to receive signals, also those since the start of the process.</summary>
    /// <param name="log">Receives a line if a signal ends the start.</param>
    /// <exception cref="LinuxException">Thrown when no descriptor is free or no thread can be started.</exception>
    public Signals(Log log)
    {
        _log = log;
        _stop = EndStart;
        _thread = new Thread(Receive) { IsBackground = true, Name = "signals" };
        OwnProcess.Start(_thread);
    }

    /// <summary>Lets signals have their usual effect, for a process that runs no service.</summary>
    public static void Release() => SignalQueue.Release(Hangup, Interrupt, User, Termination);

    /// <summary>
    /// Makes an object that <see cref="DisposeOwned"/> disposes of, or a signal that ends the start. The signal waits
    /// until the object is made.
    /// </summary>
    public void Own(Func<IDisposable> create)
    {
        lock (_stopping)
        {
            _owned = create();
        }
    }

    /// <summary>Disposes of the object, if there is one.</summary>
    public void DisposeOwned()
    {
        lock (_stopping)
        {
            _owned?.Dispose();
            _owned = null;
        }
    }

    /// <summary>
    /// Sets what SIGTERM and SIGINT do, on the thread that receives signals. Before, the signals end the process with
    /// status 0, because the main thread may hang, such as in a name service that does not answer.
    /// </summary>
    public void WhenStopped(Action stop)
    {
        lock (_stopping)
        {
            _stop = stop;
        }
    }

    /// <summary>Waits for the next request. A request that waits already is not added again.</summary>
    public ServiceRequest TakeRequest()
    {
        lock (_requests)
        {
            while (_requests.Count == 0)
            {
                Monitor.Wait(_requests);
            }

            return _requests.Dequeue();
        }
    }

    /// <summary>Adds a request to log the notices. Any thread may call the method.</summary>
    public void RequestNotices() => Request(ServiceRequest.LogNotices);

    /// <summary>Ends receiving. Signals that arrive later have no effect.</summary>
    public void Dispose()
    {
        _end.Set();
        _thread.Join();
        _end.Dispose();
        _queue.Dispose();
    }

    private void Receive()
    {
        var wait = new PollSet(_end, _queue);
        while (wait.Wait(milliseconds: -1) && !wait.IsReady(0))
        {
            Handle(_queue.TryTake());
        }
    }

    private void Handle(int? signal)
    {
        switch (signal)
        {
            case Termination or Interrupt:
                Stop();
                break;
            case Hangup:
                Request(ServiceRequest.Reload);
                break;
            case User:
                Request(ServiceRequest.LogCounters);
                break;
        }
    }

    private void Stop()
    {
        lock (_stopping)
        {
            _stop();
        }
    }

    private void EndStart()
    {
        DisposeOwned();
        _log.Write(Priority.Notice, "Stopped during the start.");
        _log.Dispose();
        OwnProcess.Exit(0);
    }

    private void Request(ServiceRequest request)
    {
        lock (_requests)
        {
            if (!_requests.Contains(request))
            {
                _requests.Enqueue(request);
                Monitor.Pulse(_requests);
            }
        }
    }
}
