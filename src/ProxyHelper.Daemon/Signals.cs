using System.Threading.Channels;
using ProxyHelper.Linux;

namespace ProxyHelper.Daemon;

/// <summary>Specifies what a signal requests from the running service.</summary>
internal enum ServiceRequest
{
    /// <summary>SIGHUP: read the configuration again.</summary>
    Reload,

    /// <summary>SIGUSR1: log the counters.</summary>
    LogCounters,
}

/// <summary>
/// Receives the signals of this process on its own thread. All threads hold the signals back from the first instruction
/// of the process to its last (Native/before_main.c), so that no signal is lost or ends the process.
/// </summary>
internal sealed class Signals : IDisposable
{
    private const int Hangup = 1; // SIGHUP; these numbers are the same on x64 and on arm64
    private const int Interrupt = 2; // SIGINT
    private const int User = 10; // SIGUSR1
    private const int Termination = 15; // SIGTERM

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<ServiceRequest> _requests = Channel.CreateUnbounded<ServiceRequest>();
    private readonly SignalQueue _queue = SignalQueue.Open(Hangup, Interrupt, User, Termination);
    private readonly EventSignal _end = EventSignal.Create();
    private readonly Thread _thread;
    private int _waiting; // a bit for each request that waits

    /// <summary>Starts to receive signals, also those since the start of the process.</summary>
    /// <exception cref="LinuxException">Thrown when the process has no free descriptor.</exception>
    public Signals()
    {
        _thread = new Thread(Receive) { IsBackground = true, Name = "signals" };
        _thread.Start();
    }

    /// <summary>Gets the token that SIGTERM and SIGINT cancel.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Lets signals have their usual effect, for a process that runs no service.</summary>
    public static void Release() => SignalQueue.Release(Hangup, Interrupt, User, Termination);

    /// <summary>
    /// Returns the requests until <see cref="EndRequests"/>. A signal has no effect if its request waits already.
    /// </summary>
    public async IAsyncEnumerable<ServiceRequest> ReadRequestsAsync()
    {
        await foreach (ServiceRequest request in _requests.Reader.ReadAllAsync())
        {
            Interlocked.And(ref _waiting, ~BitOf(request));
            yield return request;
        }
    }

    /// <summary>Ends the requests.</summary>
    public void EndRequests() => _requests.Writer.TryComplete();

    /// <summary>Ends receiving. Signals that arrive later have no effect.</summary>
    public void Dispose()
    {
        _end.Set();
        _thread.Join();
        _end.Dispose();
        _queue.Dispose();
        _stop.Dispose();
    }

    private static int BitOf(ServiceRequest request) => 1 << (int)request;

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
                _stop.Cancel();
                break;
            case Hangup:
                Request(ServiceRequest.Reload);
                break;
            case User:
                Request(ServiceRequest.LogCounters);
                break;
        }
    }

    private void Request(ServiceRequest request)
    {
        if ((Interlocked.Or(ref _waiting, BitOf(request)) & BitOf(request)) == 0)
        {
            _requests.Writer.TryWrite(request);
        }
    }
}
