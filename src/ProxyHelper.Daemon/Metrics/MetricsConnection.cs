using System.Net;
using ProxyHelper.Linux;

namespace ProxyHelper.Daemon.Metrics;

/// <summary>Represents a connection of a client: one request and one response.</summary>
internal sealed class MetricsConnection(LinuxSocket socket, TimeSpan acceptedAt) : IDisposable
{
    private const int FirstSize = 1024; // bytes; a request of Prometheus is shorter
    private const int MaxUnread = 64 * 1024; // bytes that are read and discarded after the response

    private byte[] _received = new byte[FirstSize];
    private int _length;
    private int _discarded;

    /// <summary>Gets the socket, to wait for it.</summary>
    public LinuxSocket Socket { get; } = socket;

    /// <summary>Gets when the connection was accepted, as time since boot.</summary>
    public TimeSpan AcceptedAt { get; } = acceptedAt;

    /// <summary>Gets whether the response was sent. The client has not closed the connection yet.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>Reads what has arrived, and sends the response to a complete request.</summary>
    /// <returns>False when the connection has ended.</returns>
    public bool Advance(Func<string> counters)
    {
        try
        {
            return IsAnswered ? Discard() : Receive(counters);
        }
        catch (LinuxException)
        {
            return false; // the client has broken the connection
        }
    }

    /// <summary>Reports the time limit to a client that has sent a part of a request.</summary>
    public void EndLate()
    {
        try
        {
            if (!IsAnswered && _length > 0)
            {
                Respond(new HttpRequest(HttpStatusCode.RequestTimeout, IsHead: false), () => string.Empty);
            }
        }
        catch (LinuxException)
        {
            // The client has broken the connection.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    private bool Receive(Func<string> counters)
    {
        while (Socket.TryReceive(_received.AsSpan(_length), out int received))
        {
            _length += received;
            HttpRequest? request = received > 0 ? HttpRequest.TryRead(_received.AsSpan(0, _length))
                : _length > 0 ? new HttpRequest(HttpStatusCode.BadRequest, IsHead: false) // the rest will not arrive
                : null;
            if (request is { } complete)
            {
                Respond(complete, counters);
                return Discard();
            }

            if (received == 0)
            {
                return false;
            }

            if (_length == _received.Length)
            {
                Array.Resize(ref _received, Math.Min(2 * _length, HttpRequest.MaxSize));
            }
        }

        return true;
    }

    private void Respond(HttpRequest request, Func<string> counters)
    {
        IsAnswered = true;
        Socket.Send(HttpResponse.Write(request, counters), "the counters"); // the send buffer is empty and large enough
        Socket.EndSending();
    }

    /// <summary>
    /// Discards the rest of a request. If the server closed the connection with unread data, the client would get an
    /// error instead of the response.
    /// </summary>
    private bool Discard()
    {
        while (Socket.TryReceive(_received, out int received))
        {
            _discarded += received;
            if (received == 0 || _discarded > MaxUnread)
            {
                return false;
            }
        }

        return true;
    }
}
