using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;

namespace ProxyHelper.Server;

/// <summary>
/// A place for one TCP connection, used again and again: first a line is read, then it is answered, then what still comes is thrown
/// away until the client closes. Were it closed with bytes unread, the kernel would send a reset, which can destroy the answer.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class TcpConnection
{
    private const int MostIgnored = 1 << 16; // bytes behind the line

    private readonly byte[] _bytes = new byte[LineQuery.LongestLine];
    private LinuxSocket? _socket;
    private int _length;
    private int _ignored;

    /// <summary>Whether there is a connection in this place.</summary>
    public bool IsOpen => _socket is not null;

    /// <summary>The client's address.</summary>
    public IPv4Address Peer { get; private set; }

    /// <summary>When it was opened, by the clock of Stopwatch.</summary>
    public long OpenedAt { get; private set; }

    /// <summary>Whether its line was read and answered.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>Takes a connection in.</summary>
    public void Open(LinuxSocket socket, IPv4Address peer, long now)
    {
        _socket = socket;
        _length = 0;
        _ignored = 0;
        Peer = peer;
        OpenedAt = now;
        IsAnswered = false;
    }

    /// <summary>Reads what has come of the line.</summary>
    /// <param name="line">All of it up to now.</param>
    /// <returns>Whether no more is waited for: it has ended, or the client sends no more, or there is no more room.</returns>
    /// <exception cref="LinuxException">The connection is broken.</exception>
    public bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        line = default;
        if (!_socket!.TryReceive(_bytes.AsSpan(_length), out int received))
        {
            return false;
        }

        int end = _bytes.AsSpan(_length, received).IndexOf((byte)'\n');
        _length += end < 0 ? received : end + 1; // what came behind the line is thrown away
        line = _bytes.AsSpan(0, _length);
        return end >= 0 || received == 0 || _length == _bytes.Length;
    }

    /// <summary>The address that the client connected to.</summary>
    /// <exception cref="LinuxException">The connection is broken.</exception>
    public IPv4Address ReadLocalAddress()
    {
        Span<byte> address = stackalloc byte[LinuxSocket.AddressSize];
        _socket!.ReadLocalAddress(address);
        return LinuxSocket.IPv4AddressIn(address);
    }

    /// <summary>Sends the answer, and says that it is all.</summary>
    /// <exception cref="LinuxException">The connection is broken.</exception>
    public void Answer(ReadOnlySpan<byte> line)
    {
        IsAnswered = true;
        _socket!.Send(line, "an answer"); // the first bytes that leave the socket, so there is room for them
        _socket.EndSending();
    }

    /// <summary>Throws away what has come behind the answered line.</summary>
    /// <returns>Whether the client has closed, or has sent so much that it never will.</returns>
    /// <exception cref="LinuxException">The connection is broken.</exception>
    public bool HasEnded()
    {
        bool hasCome = _socket!.TryReceive(_bytes, out int received);
        _ignored += received;
        return hasCome && (received == 0 || _ignored > MostIgnored);
    }

    /// <summary>Closes the connection, and frees the place.</summary>
    public void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }
}
