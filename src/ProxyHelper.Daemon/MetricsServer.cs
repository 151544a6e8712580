using System.Diagnostics;
using System.Net;
using System.Text;
using ProxyHelper.Linux;
using ProxyHelper.Server;

namespace ProxyHelper.Daemon;

/// <summary>
/// Shows the counters over HTTP/1.1, on a thread of its own. It serves one client at a time, each for a bounded time and with a
/// bounded request; the kernel keeps a few more waiting, and refuses the rest.
/// </summary>
internal sealed class MetricsServer : IDisposable
{
    private const int LongestRequest = 8192;
    private const int MostReadsAfterAnswer = 8;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    private readonly LinuxSocket _listener;
    private readonly Responder _responder;
    private readonly EventSignal _stop = EventSignal.Create();
    private readonly Thread _thread;
    private readonly byte[] _request = new byte[LongestRequest];

    private MetricsServer(LinuxSocket listener, Responder responder)
    {
        _listener = listener;
        _responder = responder;
        _thread = new Thread(Serve) { IsBackground = true, Name = "metrics" };
    }

    /// <summary>Opens its port; nothing is answered until <see cref="Begin"/>.</summary>
    /// <exception cref="BindException">The address and port cannot be listened on.</exception>
    /// <exception cref="LinuxException">No socket can be had.</exception>
    public static MetricsServer Open(IPEndPoint endPoint, Responder responder) =>
        new(ListeningSocket.Open(endPoint, allowsAbsentAddress: false), responder);

    /// <summary>Serves from now on.</summary>
    public void Begin() => _thread.Start();

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
                    Answer(client);
                }
            }
            catch (LinuxException)
            {
                // The client went away, or no descriptor is left for it just now; it will ask again.
                _ = new PollSet(_stop).Wait(milliseconds: 100);
            }
        }
    }

    private void Answer(LinuxSocket client)
    {
        long began = Stopwatch.GetTimestamp();
        string? line = ReadRequest(client, began);
        byte[] answer = line?.Split(' ') switch
        {
            ["GET", "/metrics" or "/", _] => Response("200 OK", MetricsText.Of(_responder)),
            ["GET", _, _] => Response("404 Not Found", "The counters are at /metrics.\n"),
            [_, _, _] => Response("405 Method Not Allowed", "Only GET is answered.\n", "Allow: GET\r\n"),
            _ => Response("400 Bad Request", "This is no request that is read here.\n"),
        };
        client.Send(answer, "the counters"); // it has room: nothing was sent before
        client.EndSending();
        AwaitEnd(client, began);
    }

    /// <returns>The first line, once the whole head has come; null where it does not come, or is too long.</returns>
    private string? ReadRequest(LinuxSocket client, long began)
    {
        int length = 0;
        while (length < _request.Length && AwaitData(client, began) && client.TryReceive(_request.AsSpan(length), out int received) && received > 0)
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

    /// <summary>Hears what the client still says: closing before would tell it of an error in place of the answer.</summary>
    private void AwaitEnd(LinuxSocket client, long began)
    {
        for (int i = 0; i < MostReadsAfterAnswer && AwaitData(client, began) && client.TryReceive(_request, out int received) && received > 0; i++)
        {
        }
    }

    private bool AwaitData(LinuxSocket client, long began)
    {
        TimeSpan left = _patience - Stopwatch.GetElapsedTime(began);
        var wait = new PollSet(_stop, client);
        return left > TimeSpan.Zero && wait.Wait((int)left.TotalMilliseconds + 1) && !wait.IsReady(0);
    }

    private static byte[] Response(string status, string body, string header = "") => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {body.Length}\r\n{header}Connection: close\r\n\r\n{body}");
}
