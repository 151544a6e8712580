using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Server;

/// <summary>
/// Waits until a queue has something. While queries follow one another closely it stays awake, as being woken takes a third of
/// the time of an answer (measured).
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class QueryWait : IDisposable
{
    private const int StopPlace = 0, QueuesPlace = 1;

    // How long nothing has to happen until it is looked whether a descriptor was closed.
    private const int MillisecondsBetweenLooks = 1000;

    // About the time from an answer to the next query of a client on this machine that has one query open at a time. So long at
    // most it stays awake in vain, and only when the query before came as soon.
    private static readonly TimeSpan _close = TimeSpan.FromMicroseconds(50);

    private readonly ReadyQueue _ready;
    private readonly PollSet _descriptors;
    private bool _isClose;

    /// <summary>Makes it for a stop signal and queues, which stay their owners' to close.</summary>
    /// <exception cref="LinuxException">The process has no descriptor left.</exception>
    public QueryWait(EventSignal stop, IReadOnlyList<QuerySocket> queues)
    {
        SafeHandle[] descriptors = [stop, .. queues.Select(queue => queue.Socket)];
        _ready = ReadyQueue.Create(descriptors);
        _descriptors = new PollSet(descriptors);
    }

    /// <summary>Waits.</summary>
    /// <param name="hasMore">Receives for each queue whether it has something.</param>
    /// <returns>False when the stop signal is set. True also when nothing came for a second, so that whoever waits can say that it does.</returns>
    /// <exception cref="LinuxException">A descriptor was closed under it.</exception>
    public bool Wait(Span<bool> hasMore)
    {
        int ready = _isClose ? StayAwake() : 0;
        if (ready == 0)
        {
            ready = Sleep();
        }

        hasMore.Clear();
        bool isStopped = false;
        for (int i = 0; i < ready; i++)
        {
            int place = _ready.Place(i);
            isStopped |= place == StopPlace;
            if (place >= QueuesPlace)
            {
                hasMore[place - QueuesPlace] = true;
            }
        }

        return !isStopped;
    }

    /// <inheritdoc/>
    public void Dispose() => _ready.Dispose();

    /// <summary>Asks again and again, for a short time.</summary>
    private int StayAwake()
    {
        long began = Stopwatch.GetTimestamp();
        int ready;
        do
        {
            Thread.Yield(); // whoever else waits for this processor has it first
            ready = _ready.Wait(milliseconds: 0);
        }
        while (ready == 0 && Stopwatch.GetElapsedTime(began) < _close);

        return ready;
    }

    private int Sleep()
    {
        long began = Stopwatch.GetTimestamp();
        int ready = _ready.Wait(MillisecondsBetweenLooks);
        if (ready == 0)
        {
            _descriptors.RequireOpen();
        }

        _isClose = Stopwatch.GetElapsedTime(began) < _close;
        return ready;
    }
}
