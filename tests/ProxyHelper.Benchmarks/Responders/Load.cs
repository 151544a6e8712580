using System.Diagnostics;
using System.Net;
using ProxyHelper.Linux;

namespace ProxyHelper.Benchmarks.Responders;

/// <summary>
/// Represents a proxy that always has the same number of open queries on one socket. The next query takes the slot of a
/// reply, and queries are sent in the batches in which replies arrive. A query causes no allocation.
/// </summary>
internal sealed class Load : IDisposable
{
    /// <summary>The largest number of open queries, for which the send buffer of the socket has room.</summary>
    public const int LargestWindow = 256;

    private const int ReceiveBufferSize = 1 << 20;
    private const int LargestBatch = 64;
    // A responder may wait for its processor. A query without a reply after this time is lost.
    private const int PatienceMilliseconds = 1000;

    private static readonly IPEndPoint _proxy = IPEndPoint.Parse("194.0.22.9:0");
    private static readonly IPEndPoint _responder = IPEndPoint.Parse("194.0.1.1:114");

    private readonly LinuxSocket _socket;
    private readonly PollSet _poll;
    private readonly int _window;
    private readonly MessageBatch _batch;
    private readonly OpenQueries _queries;

    private Load(LinuxSocket socket, ResponderSettings settings)
    {
        _socket = socket;
        _poll = new PollSet(socket);
        _window = settings.Window;
        _batch = new MessageBatch(Math.Min(_window, LargestBatch), LoadDatagram.Size, isConnected: true);
        _queries = new OpenQueries(new FlowChoice(settings.Flows, settings.Misses));
    }

    /// <summary>Gets the longest time of a reply in the last run, in microseconds.</summary>
    public double Longest => _queries.Latencies.Longest;

    /// <summary>Opens the socket in the calling thread's network.</summary>
    /// <exception cref="LinuxException">Thrown when the socket could not be opened.</exception>
    public static Load Open(ResponderSettings settings)
    {
        LinuxSocket socket = LinuxSocket.Open(SocketKind.Udp);
        socket.SetReceiveBuffer(ReceiveBufferSize);
        socket.Bind(Bytes(_proxy), _proxy.ToString());
        socket.Connect(Bytes(_responder), _responder.ToString());
        return new Load(socket, settings);
    }

    /// <summary>Sends queries for a time.</summary>
    /// <exception cref="LinuxException">Thrown when the responder has ended.</exception>
    /// <exception cref="OperationCanceledException">Thrown when the benchmark is interrupted.</exception>
    public LoadResult Run(TimeSpan time, CancellationToken stop) => Run(time, () => true, stop);

    /// <summary>Sends queries for a time, and longer until a condition is true.</summary>
    /// <exception cref="LinuxException">Thrown when the responder has ended.</exception>
    /// <exception cref="OperationCanceledException">Thrown when the benchmark is interrupted.</exception>
    public LoadResult Run(TimeSpan time, Func<bool> isEnough, CancellationToken stop)
    {
        _queries.Clear();
        long start = Stopwatch.GetTimestamp(), now = start, end = start + (long)(
            time.TotalSeconds * Stopwatch.Frequency);
        Fill();
        while (now < end || !isEnough())
        {
            stop.ThrowIfCancellationRequested();
            now = Exchange();
        }

        double rate = _queries.Right / Stopwatch.GetElapsedTime(start, now).TotalSeconds;
        double median = _queries.Latencies.Percentile(0.5), percentile99 = _queries.Latencies.Percentile(0.99);
        Drain();
        return new LoadResult(
            rate, median, percentile99, _queries.Right, _queries.Wrong, _queries.Asked - _queries.Answered);
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static ReadOnlySpan<byte> Bytes(IPEndPoint endPoint)
    {
        SocketAddress address = endPoint.Serialize();
        return address.Buffer.Span[..address.Size];
    }

    /// <summary>Sends a full window of queries, at the start and after all queries were lost.</summary>
    private void Fill()
    {
        Span<byte> datagram = stackalloc byte[LoadDatagram.Size];
        for (int i = 0; i < _window; i++)
        {
            _queries.Ask(datagram, Stopwatch.GetTimestamp());
            _socket.Send(datagram, "query");
        }
    }

    /// <summary>Receives the replies that have arrived, and sends as many queries.</summary>
    /// <returns>The time of the exchange.</returns>
    private long Exchange()
    {
        int came = _batch.Receive(_socket, first: 0, _batch.Slots, "answers");
        long now = Stopwatch.GetTimestamp();
        if (came == 0)
        {
            if (!_poll.Wait(PatienceMilliseconds))
            {
                Fill();
            }

            return now;
        }

        for (int slot = 0; slot < came; slot++)
        {
            if (_queries.Take(_batch.Data(slot), now))
            {
                _queries.Ask(_batch.Data(slot), now);
                _batch.Reply(slot, LoadDatagram.Size, controlLength: 0);
            }
        }

        _batch.Send(_socket);
        return now;
    }

    /// <summary>Waits for the replies to the open queries. Queries without a reply are lost.</summary>
    private void Drain()
    {
        while (_queries.Answered < _queries.Asked && _poll.Wait(PatienceMilliseconds))
        {
            int came = _batch.Receive(_socket, first: 0, _batch.Slots, "answers");
            long now = Stopwatch.GetTimestamp();
            for (int slot = 0; slot < came; slot++)
            {
                _queries.Take(_batch.Data(slot), now);
            }
        }
    }
}
