using System.Diagnostics;
using System.Net;
using System.Text;
using ProxyHelper.Linux;
using ProxyHelper.Server;

namespace ProxyHelper.Daemon;

/// <summary>
/// Serves the counters over HTTP/1.1 on its own thread. The server handles one client at a time, with limits for the
/// time and the size of a request. The kernel queues a few more connections and refuses the rest.
/// </summary>
internal sealed class MetricsServer : IDisposable
{
    private const int MaxRequestSize = 8192;
    private const int MaxReadsAfterResponse = 8;
    private const int PauseAfterFault = 100; // milliseconds

    private static readonly TimeSpan _maxConnectionTime = TimeSpan.FromSeconds(2);

    private readonly LinuxSocket _listener;
    private readonly Responder _responder;
    private readonly EventSignal _stop = EventSignal.Create();
    private readonly Thread _thread;
    private readonly byte[] _request = new byte[MaxRequestSize];

    private MetricsServer(LinuxSocket listener, Responder responder)
    {
        _listener = listener;
        _responder = responder;
        _thread = new Thread(Serve) { IsBackground = true, Name = "metrics" };
    }

    /// <summary>Opens the port, if there is one. Requests wait until <see cref="Start"/>.</summary>
    /// <returns>The server, or null.</returns>
    /// <exception cref="BindException">Thrown when the address and port cannot be bound.</exception>
    /// <exception cref="LinuxException">Thrown when a socket could not be opened.</exception>
    public static MetricsServer? TryOpen(IPEndPoint? endPoint, Responder responder) =>
        endPoint is null ? null : new(BoundSocket.Listen(endPoint, allowAbsentAddress: false), responder);

    /// <summary>Starts to answer requests.</summary>
    public void Start() => _thread.Start();

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Set();
        if (!_thread.ThreadState.HasFlag(System.Threading.ThreadState.Unstarted))
        {
            _thread.Join();
        }

        _listener.Dispose();
        _stop.Dispose();
    }

    private void Serve()
    {
        var wait = new PollSet(_stop, _listener);
        Span<byte> peer = stackalloc byte[LinuxSocket.AddressSize];
        while (wait.Wait(milliseconds: -1) && !wait.IsReady(0))
        {
            try
            {
                using LinuxSocket? client = _listener.Accept(peer);
                if (client is not null)
                {
                    Respond(client);
                }
            }
            catch (LinuxException)
            {
                // The client closed the connection, or no descriptor is free. Prometheus repeats the request.
                _ = new PollSet(_stop).Wait(PauseAfterFault);
            }
        }
    }

    private void Respond(LinuxSocket client)
    {
        long startedAt = Stopwatch.GetTimestamp();
        string? line = ReadRequestLine(client, startedAt);
        byte[] response = line?.Split(' ') switch
        {
            ["GET", "/metrics" or "/", _] => WriteResponse("200 OK", MetricsText.Of(_responder)),
            ["GET", _, _] => WriteResponse("404 Not Found", "The counters are at /metrics.\n"),
            [_, _, _] => WriteResponse("405 Method Not Allowed", "Use GET.\n", "Allow: GET\r\n"),
            _ => WriteResponse("400 Bad Request", "The request is not an HTTP request.\n"),
        };
        client.Send(response, "the counters"); // the send buffer is empty and large enough
        client.EndSending();
        AwaitEnd(client, startedAt);
    }

    /// <summary>Reads a request up to the empty line at the end of its headers.</summary>
    /// <returns>The first line, or null if the request is incomplete or too long.</returns>
    private string? ReadRequestLine(LinuxSocket client, long startedAt)
    {
        int length = 0;
        while (length < _request.Length && TryReceive(client, startedAt, _request.AsSpan(length), out int received))
        {
            length += received;
            int end = _request.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                return Encoding.Latin1.GetString(_request, 0, _request.AsSpan(0, end + 2).IndexOf("\r\n"u8));
            }
        }

        return null;
    }

    /// <summary>
    /// Discards the rest of a request. If the server closed the connection with unread data, the client would get an
    /// error instead of the response.
    /// </summary>
    private void AwaitEnd(LinuxSocket client, long startedAt)
    {
        for (int reads = 0; reads < MaxReadsAfterResponse && TryReceive(client, startedAt, _request, out _); reads++)
        {
        }
    }

    /// <returns>False at the end of the data, after the time limit, or if the server stops.</returns>
    private bool TryReceive(LinuxSocket client, long startedAt, Span<byte> buffer, out int received)
    {
        received = 0;
        TimeSpan left = _maxConnectionTime - Stopwatch.GetElapsedTime(startedAt);
        var wait = new PollSet(_stop, client);
        return left > TimeSpan.Zero
            && wait.Wait((int)left.TotalMilliseconds + 1)
            && !wait.IsReady(0)
            && client.TryReceive(buffer, out received)
            && received > 0;
    }

    private static byte[] WriteResponse(string status, string body, string header = "") => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
        + $"Content-Length: {body.Length}\r\n{header}Connection: close\r\n\r\n{body}");
}
