using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Sources;

namespace ProxyHelper.Server.Tcp;

/// <summary>
/// Represents a place for one TCP connection, which is used again and again. The server reads a line, answers it, and
/// ignores more bytes until the client closes the connection. If the server closed a connection with unread bytes, the
/// kernel would send a reset, which can destroy the reply.
/// </summary>
/// <param name="number">The number of the place.</param>
internal sealed class TcpConnection(int number)
{
    private const int MaxIgnoredBytes = 1 << 16;

    private readonly byte[] _bytes = new byte[LineQuery.MaxLength];
    private StreamSocket? _socket;
    private int _length;
    private int _ignored;

    /// <summary>Gets the number of the place.</summary>
    public int Number => number;

    /// <summary>Gets whether the place has a connection.</summary>
    public bool IsOpen => _socket is not null;

    /// <summary>Gets the address of the client.</summary>
    public IPv4Address Peer { get; private set; }

    /// <summary>Gets the time at which the connection was accepted, as the time since boot.</summary>
    public TimeSpan OpenedAt { get; private set; }

    /// <summary>Gets whether the line was read and answered.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>Gets the time since which the line waits to be looked up again, or null.</summary>
    public TimeSpan? WaitsSince { get; private set; }

    /// <summary>Gets whether the place has a connection whose line waits to be looked up again.</summary>
    public bool IsWaiting => IsOpen && WaitsSince is not null;

    /// <summary>Gets or sets the ticket that the line waits for, or null.</summary>
    public ResolverTicket? Ticket { get; set; }

    /// <summary>Gets the line that waits.</summary>
    public ReadOnlySpan<byte> Line => _bytes.AsSpan(0, _length);

    /// <summary>Puts a connection in the place.</summary>
    public void Open(StreamSocket socket, IPv4Address peer, TimeSpan now)
    {
        _socket = socket;
        _length = 0;
        _ignored = 0;
        Peer = peer;
        OpenedAt = now;
        IsAnswered = false;
        WaitsSince = null;
    }

    /// <summary>Lets the line wait to be looked up again.</summary>
    /// <param name="since">The time at which the line was read, as the time since boot.</param>
    public void Wait(TimeSpan since) => WaitsSince ??= since;

    /// <summary>Changes whether a queue reports that the client has sent something.</summary>
    /// <param name="change">The change.</param>
    /// <param name="place">The place of the connection in the queue.</param>
    public void Change(Action<StreamSocket, int> change, int place) => change(_socket!, place);

    /// <summary>Reads the bytes of the line that have arrived.</summary>
    /// <param name="line">Receives the line.</param>
    /// <returns>
    /// Whether the line is complete: it has its end, the client sends no more, or the buffer is full.
    /// </returns>
    /// <exception cref="LinuxException">Thrown when the connection is broken.</exception>
    public bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        line = default;
        if (!_socket!.TryReceive(_bytes.AsSpan(_length), out int received))
        {
            return false;
        }

        int end = _bytes.AsSpan(_length, received).IndexOf((byte)'\n');
        _length += end < 0 ? received : end + 1; // bytes after the line are ignored
        line = _bytes.AsSpan(0, _length);
        return end >= 0 || received == 0 || _length == _bytes.Length;
    }

    /// <summary>Returns the local address that the client connected to.</summary>
    /// <exception cref="LinuxException">Thrown when the connection is broken.</exception>
    public IPv4Address ReadLocalAddress() => _socket!.ReadLocalAddress();

    /// <summary>Sends the reply and ends the sending direction.</summary>
    /// <exception cref="LinuxException">Thrown when the connection is broken.</exception>
    public void Answer(ReadOnlySpan<byte> line)
    {
        IsAnswered = true;
        WaitsSince = null;
        _socket!.Send(line); // the first bytes that the socket sends, so there is room for them
        _socket.EndSending();
    }

    /// <summary>Ignores the bytes that arrived after the answered line.</summary>
    /// <returns>Whether the client has closed the connection, or has sent so much that it never will.</returns>
    /// <exception cref="LinuxException">Thrown when the connection is broken.</exception>
    public bool HasEnded()
    {
        bool hasArrived = _socket!.TryReceive(_bytes, out int received);
        _ignored += received;
        return hasArrived && (received == 0 || _ignored > MaxIgnoredBytes);
    }

    /// <summary>Closes the connection and frees the place.</summary>
    public void Close()
    {
        Ticket?.Abandon();
        Ticket = null;
        _socket?.Dispose();
        _socket = null;
    }
}
