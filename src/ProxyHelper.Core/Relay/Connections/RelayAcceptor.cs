using System.Buffers.Binary;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Linux.Streams;

namespace ProxyHelper.Relay.Connections;

/// <summary>
/// Accepts the connections of one worker. The worker always has a socket for the target of the next connection before
/// it accepts the connection. So a connection that was accepted lacks no descriptor, except for the first query from
/// its address to its router. Without a descriptor, or at the limit of connections, the others wait in the kernel.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class RelayAcceptor : IDisposable
{
    /// <summary>
    /// Gets the length of a pause. Without a pause, a process without a free descriptor would try again at once.
    /// </summary>
    private static readonly TimeSpan _pauseTime = TimeSpan.FromMilliseconds(100);

    private readonly RelayListener[] _listeners;
    private readonly bool[] _isReady;
    private readonly TargetAddress _target;
    private readonly ConnectionLimit _limit;
    private readonly RelayTelemetry _telemetry;
    private StreamDescriptor _nextTarget;
    private TimeSpan? _pausedAt;
    private bool _isClosed;

    /// <summary>Makes an acceptor, which disposes of the sockets.</summary>
    public RelayAcceptor(
        RelayListener[] listeners, TargetAddress target, ConnectionLimit limit, RelayTelemetry telemetry)
    {
        _listeners = listeners;
        _isReady = new bool[listeners.Length];
        _target = target;
        _limit = limit;
        _telemetry = telemetry;
    }

    /// <summary>Gets the listeners.</summary>
    public IReadOnlyList<RelayListener> Listeners => _listeners;

    /// <summary>Gets whether connections may wait in the kernel that can be accepted now.</summary>
    public bool HasMore => _pausedAt is null && Array.IndexOf(_isReady, true) >= 0;

    /// <summary>
    /// Records that connections wait for a listener. An event can arrive after the listeners were closed: it was in the
    /// same batch as the stop, or another process still has the inherited socket.
    /// </summary>
    public void SetReady(int listener) => _isReady[listener] = !_isClosed;

    /// <summary>Records that connections may wait for every listener, even if no event has said so yet.</summary>
    public void SetAllReady() => Array.Fill(_isReady, !_isClosed);

    /// <summary>Returns the longest time to wait before connections are accepted again.</summary>
    public TimeSpan LimitWait(TimeSpan limit) => HasMore ? TimeSpan.Zero
        : _pausedAt is null || limit < _pauseTime ? limit
        : _pauseTime;

    /// <summary>Ends a pause that has lasted long enough, or for which there is no longer a reason.</summary>
    /// <param name="now">The time since boot.</param>
    /// <param name="hasRoom">Whether a connection has ended, so that descriptors are free.</param>
    public void EndPause(TimeSpan now, bool hasRoom)
    {
        if (hasRoom || now - _pausedAt >= _pauseTime)
        {
            _pausedAt = null;
        }
    }

    /// <summary>Accepts the next connection.</summary>
    /// <returns>False when no connection waits, or no connection can be accepted now.</returns>
    public bool TryAccept(TimeSpan now, out AcceptedConnection connection)
    {
        connection = default;
        for (int i = 0; i < _listeners.Length && _pausedAt is null; i++)
        {
            if (_isReady[i] && HasRoom(now) && TryAccept(i, now, out connection))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Closes the listeners. Other processes keep the inherited ones.</summary>
    public void Close()
    {
        Array.ForEach(_listeners, listener => listener.Socket.Dispose());
        Array.Clear(_isReady);
        _isClosed = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        if (_nextTarget.IsOpen)
        {
            _nextTarget.Close();
            _nextTarget = default;
        }
    }

    /// <summary>Checks the limit, and that a socket for the target is there.</summary>
    private bool HasRoom(TimeSpan now)
    {
        if (_limit.IsReached)
        {
            _pausedAt = now;
            _telemetry.Journal.LogLimit(_limit.Max);
            return false;
        }

        return _nextTarget.IsOpen || Require(_target.Open(out _nextTarget), now);
    }

    private bool TryAccept(int number, TimeSpan now, out AcceptedConnection connection)
    {
        connection = default;
        RelayListener listener = _listeners[number];
        Span<byte> address = stackalloc byte[LinuxSocket.AddressSize];
        Errno errno = StreamDescriptor.Accept(listener.Socket, address, out StreamDescriptor client);
        if (errno == Errno.EAGAIN)
        {
            _isReady[number] = false;
            return false;
        }

        if (!Require(errno, now))
        {
            return false;
        }

        TransportEndPoint sender = Read(address);
        bool hasOther = listener.HasAllAddresses && client.ReadLocalAddress(address) == Errno.None;
        TransportEndPoint accepting = hasOther ? Read(address) : listener.Local;

        connection = new AcceptedConnection(client, _nextTarget, sender, accepting);
        _nextTarget = default;
        return true;
    }

    /// <summary>Begins a pause if a call has failed.</summary>
    private bool Require(Errno errno, TimeSpan now)
    {
        if (errno == Errno.None)
        {
            return true;
        }

        if (errno is not (Errno.ECONNABORTED or Errno.EINTR)) // the connection has gone, and the next one is tried
        {
            _pausedAt = now;
            _telemetry.Counters.Add(RelayOutcome.AcceptError);
            _telemetry.Journal.LogFailedAccept(errno);
        }

        return false;
    }

    private static TransportEndPoint Read(ReadOnlySpan<byte> address) => new(
        IPv4SocketAddress.ReadAddress(address), BinaryPrimitives.ReadUInt16BigEndian(address[sizeof(ushort)..]));
}

/// <summary>Represents a connection that was accepted.</summary>
/// <param name="Client">The socket of the user.</param>
/// <param name="Target">A socket for the target, which is not connected yet.</param>
/// <param name="Sender">The router's end.</param>
/// <param name="Accepting">This host's end.</param>
[SupportedOSPlatform("linux")]
internal readonly record struct AcceptedConnection(
    StreamDescriptor Client, StreamDescriptor Target, TransportEndPoint Sender, TransportEndPoint Accepting);

/// <summary>Represents the limit of connections that the workers of a relay share.</summary>
/// <param name="max">The largest number of connections.</param>
internal sealed class ConnectionLimit(int max)
{
    private int _count;

    /// <summary>Gets the largest number of connections.</summary>
    public int Max => max;

    /// <summary>Gets whether no connection can be added. Workers can exceed the limit by one connection each.</summary>
    public bool IsReached => Volatile.Read(ref _count) >= max;

    /// <summary>Adds a connection.</summary>
    public void Add() => Interlocked.Increment(ref _count);

    /// <summary>Removes a connection.</summary>
    public void Remove() => Interlocked.Decrement(ref _count);
}
