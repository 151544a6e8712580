using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Server.Tcp;

/// <summary>
/// Represents a TCP socket of the server: a connection, or a socket that accepts connections. No call waits. Linux's
/// own sockets and the sockets of .NET are two kinds of it.
/// </summary>
internal abstract class StreamSocket : IDisposable
{
    /// <summary>Accepts the connection that has waited longest.</summary>
    /// <param name="peer">Receives the address of the client.</param>
    /// <returns>The connection, or null when no connection waits.</returns>
    /// <exception cref="LinuxException">Thrown when a waiting connection cannot be accepted (EMFILE).</exception>
    public abstract StreamSocket? Accept(out IPv4Address peer);

    /// <summary>Returns the address that the socket is bound to, or that its client connected to.</summary>
    /// <exception cref="LinuxException">Thrown when the connection is broken.</exception>
    public abstract IPv4Address ReadLocalAddress();

    /// <summary>Receives bytes from the client.</summary>
    /// <param name="buffer">Receives the bytes.</param>
    /// <param name="received">The number of bytes; 0 when the client has ended sending.</param>
    /// <returns>False when no bytes have arrived.</returns>
    /// <exception cref="LinuxException">Thrown when the connection is broken.</exception>
    public abstract bool TryReceive(Span<byte> buffer, out int received);

    /// <summary>Sends bytes, for which the send buffer must have room.</summary>
    /// <exception cref="LinuxException">Thrown when the connection is broken.</exception>
    public abstract void Send(ReadOnlySpan<byte> bytes);

    /// <summary>Ends sending. The socket can still receive.</summary>
    /// <exception cref="LinuxException">Thrown when the connection is broken.</exception>
    public abstract void EndSending();

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>
/// Waits for the sockets of a server. Each socket is known by its place. The stop signal and the wake signal have the
/// first places.
/// </summary>
internal abstract class StreamWait : IDisposable
{
    /// <summary>The place of the stop signal.</summary>
    public const int StopPlace = 0;

    /// <summary>The place of the signal with which another part of the process ends a wait.</summary>
    public const int WakePlace = 1;

    /// <summary>The place of the first socket.</summary>
    public const int FirstSocket = 2;

    /// <summary>Waits until a socket can be read, or a signal is set.</summary>
    /// <param name="limit">The longest time to wait.</param>
    /// <returns>The number of ready places. <see cref="Place"/> returns them.</returns>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public abstract int Wait(TimeSpan limit);

    /// <summary>Returns a ready place.</summary>
    public abstract int Place(int index);

    /// <summary>Adds a socket. Closing the socket removes it.</summary>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public abstract void Add(StreamSocket socket, int place);

    /// <summary>
    /// Ignores what arrives at a socket until <see cref="Resume"/>. Where the system reports it, an error such as a
    /// reset makes the socket ready.
    /// </summary>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public abstract void Suspend(StreamSocket socket, int place);

    /// <summary>Waits again for a suspended socket.</summary>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public abstract void Resume(StreamSocket socket, int place);

    /// <summary>Ignores the stop signal from now on.</summary>
    public abstract void IgnoreStop();

    /// <summary>Checks that no descriptor was closed by another part of the process.</summary>
    /// <exception cref="LinuxException">Thrown when a descriptor is closed.</exception>
    public abstract void RequireOpen();

    /// <summary>Returns whether a place is one of those that are ready.</summary>
    public bool Contains(int ready, int place)
    {
        bool contains = false;
        for (int i = 0; i < ready; i++)
        {
            contains |= Place(i) == place;
        }

        return contains;
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
