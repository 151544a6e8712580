using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Server;

/// <summary>
/// Waits until a queue has datagrams. While queries follow each other closely, the thread stays awake, because waking
/// it up takes a third of the time of a reply (measured).
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class QueryWait : IDisposable
{
    private const int StopPlace = 0, WakePlace = 1, QueuesPlace = 2;

    // About the time from a reply to the next query of a client on this host that has one open query at a time. The
    // thread stays awake for this time at most, and only if the previous query came as soon.
    private static readonly TimeSpan _shortWait = TimeSpan.FromMicroseconds(50);

    private readonly QuerySocket[] _queues;
    private readonly Clock _clock;
    private readonly ReadyQueue _ready;
    private readonly PollSet _descriptors;
    private bool _wasShort;

    /// <summary>
    /// Creates the wait for a stop signal, queues, and one more descriptor. It does not dispose of them.
    /// </summary>
    /// <param name="stop">The stop signal.</param>
    /// <param name="wake">A descriptor that also ends a wait.</param>
    /// <param name="queues">The queues.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="createQueue">Makes the queue of descriptors that are ready.</param>
    /// <exception cref="LinuxException">Thrown when the process has no descriptor left.</exception>
    public QueryWait(
        EventSignal stop,
        SafeHandle wake,
        QuerySocket[] queues,
        Clock clock,
        Func<SafeHandle[], ReadyQueue> createQueue)
    {
        SafeHandle[] descriptors = [stop, wake, .. queues.Select(queue => queue.Socket)];
        _queues = queues;
        _clock = clock;
        _ready = createQueue(descriptors);
        _descriptors = new PollSet(descriptors);
    }

    /// <summary>Gets whether the last wait has ended because no queue has datagrams.</summary>
    public bool IsIdle { get; private set; }

    /// <summary>Gets whether the wake descriptor was ready after the last wait.</summary>
    public bool IsWoken { get; private set; }

    /// <summary>
    /// Waits until a queue has datagrams, the wake descriptor is ready, or the stop signal is set. Sets
    /// <see cref="QuerySocket.MayHaveMore"/> of each queue that has datagrams.
    /// </summary>
    /// <param name="limit">The longest time to wait, after which closed descriptors are looked for.</param>
    /// <returns>False if the stop signal is set.</returns>
    /// <exception cref="LinuxException">Thrown when a descriptor was closed by another part of the process.</exception>
    public bool Wait(TimeSpan limit)
    {
        int ready = _wasShort ? StayAwake() : 0;
        if (ready == 0)
        {
            ready = Sleep(limit);
        }

        IsIdle = ready == 0;
        foreach (QuerySocket queue in _queues)
        {
            queue.MayHaveMore = false;
        }

        IsWoken = false;
        bool isStopped = false;
        for (int i = 0; i < ready; i++)
        {
            int place = _ready.Place(i);
            isStopped |= place == StopPlace;
            IsWoken |= place == WakePlace;
            if (place >= QueuesPlace)
            {
                _queues[place - QueuesPlace].MayHaveMore = true;
            }
        }

        return !isStopped;
    }

    /// <inheritdoc/>
    public void Dispose() => _ready.Dispose();

    /// <summary>Asks the kernel again and again for a short time.</summary>
    private int StayAwake()
    {
        TimeSpan began = _clock.SinceBoot;
        int ready;
        do
        {
            Thread.Yield(); // other threads that wait for this processor run first
            ready = _ready.Wait(milliseconds: 0);
        }
        while (ready == 0 && _clock.SinceBoot - began < _shortWait);

        return ready;
    }

    private int Sleep(TimeSpan limit)
    {
        TimeSpan began = _clock.SinceBoot;
        int ready = _ready.Wait((int)Math.Ceiling(limit.TotalMilliseconds));
        if (ready == 0)
        {
            _descriptors.RequireOpen();
        }

        _wasShort = _clock.SinceBoot - began < _shortWait;
        return ready;
    }
}
