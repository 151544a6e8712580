using System.Net;
using ProxyHelper.Linux;

namespace ProxyHelper.Daemon.Metrics;

/// <summary>
/// Serves the counters over HTTP/1.1 on its own thread. The thread serves many clients at once, with limits for the
/// time and the size of a request. If too many clients are connected, the oldest connection makes room for a new one:
/// a client that sends a request at once gets the counters, however many others are silent.
/// </summary>
internal sealed class MetricsServer : IDisposable
{
    private const int MaxConnections = 64;
    private const int MaxAcceptedAtOnce = 16;
    private const int PauseAfterFault = 100; // milliseconds

    private static readonly TimeSpan _maxConnectionTime = TimeSpan.FromSeconds(2);

    private readonly LinuxSocket _listener;
    private readonly Func<string> _counters;
    private readonly EventSignal _stop = EventSignal.Create();
    private readonly Thread _thread;
    private readonly List<MetricsConnection> _connections = []; // the oldest is first

    private MetricsServer(LinuxSocket listener, Func<string> counters)
    {
        _listener = listener;
        _counters = counters;
        _thread = new Thread(Serve) { IsBackground = true, Name = "metrics" };
    }

    /// <summary>Opens the port, if there is one. Requests wait until <see cref="Start"/>.</summary>
    /// <param name="endPoint">The address and port, or null.</param>
    /// <param name="counters">Returns the text of the current counters.</param>
    /// <returns>The server, or null.</returns>
    /// <exception cref="BindException">Thrown when the address and port cannot be bound.</exception>
    /// <exception cref="LinuxException">Thrown when a socket could not be opened.</exception>
    public static MetricsServer? TryOpen(IPEndPoint? endPoint, Func<string> counters) =>
        endPoint is null ? null : new(BoundSocket.Listen(endPoint, allowAbsentAddress: false), counters);

    /// <summary>Starts to answer requests.</summary>
    /// <exception cref="LinuxException">Thrown when the thread could not be started.</exception>
    public void Start() => OwnProcess.Start(_thread);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Set();
        if (!_thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            _thread.Join();
        }

        _connections.ForEach(connection => connection.Dispose());
        _listener.Dispose();
        _stop.Dispose();
    }

    private void Serve()
    {
        while (true)
        {
            try
            {
                var wait = new PollSet([_stop, _listener, .. _connections.Select(connection => connection.Socket)]);
                wait.Wait(TimeToFirstLimit());
                if (wait.IsReady(0))
                {
                    return;
                }

                // Complete requests are answered before a new connection can take the place of an old one.
                MetricsConnection[] ready = [.. _connections.Where((_, place) => wait.IsReady(place + 2))];
                Array.ForEach(ready, Advance);
                EndLateConnections();
                if (wait.IsReady(1))
                {
                    Accept();
                }
            }
            catch (LinuxException)
            {
                // No descriptor is free, or the client has gone. Prometheus repeats the request.
                if (new PollSet(_stop).Wait(PauseAfterFault))
                {
                    return;
                }
            }
        }
    }

    private int TimeToFirstLimit()
    {
        if (_connections.Count == 0)
        {
            return -1;
        }

        TimeSpan left = _maxConnectionTime - (Clock.System.SinceBoot - _connections[0].AcceptedAt);
        return Math.Max(0, (int)left.TotalMilliseconds + 1);
    }

    private void Accept()
    {
        Span<byte> peer = stackalloc byte[LinuxSocket.AddressSize];
        for (int accepted = 0; accepted < MaxAcceptedAtOnce && _listener.Accept(peer) is { } socket; accepted++)
        {
            if (_connections.Count == MaxConnections)
            {
                End(_connections.Find(connection => connection.IsAnswered) ?? _connections[0]);
            }

            var connection = new MetricsConnection(socket, Clock.System.SinceBoot);
            _connections.Add(connection);
            Advance(connection); // the request often arrives together with the connection
        }
    }

    private void EndLateConnections()
    {
        TimeSpan limit = Clock.System.SinceBoot - _maxConnectionTime;
        while (_connections.Count > 0 && _connections[0].AcceptedAt <= limit)
        {
            _connections[0].EndLate();
            End(_connections[0]);
        }
    }

    private void Advance(MetricsConnection connection)
    {
        if (!connection.Advance(_counters))
        {
            End(connection);
        }
    }

    private void End(MetricsConnection connection)
    {
        _connections.Remove(connection);
        connection.Dispose();
    }
}
