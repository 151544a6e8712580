using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Server.Tcp;

/// <summary>Represents a TCP socket of Linux.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxStream(LinuxSocket socket) : StreamSocket
{
    /// <summary>Gets the socket.</summary>
    public LinuxSocket Socket => socket;

    /// <inheritdoc/>
    public override StreamSocket? Accept(out IPv4Address peer)
    {
        Span<byte> address = stackalloc byte[LinuxSocket.AddressSize];
#pragma warning disable CA2000 // the stream disposes of it
        LinuxSocket? accepted = socket.Accept(address);
#pragma warning restore CA2000
        peer = accepted is null ? default : IPv4SocketAddress.ReadAddress(address);
        return accepted is null ? null : new LinuxStream(accepted);
    }

    /// <inheritdoc/>
    public override IPv4Address ReadLocalAddress() => IPv4SocketAddress.ReadLocalAddress(socket);

    /// <inheritdoc/>
    public override bool TryReceive(Span<byte> buffer, out int received) => socket.TryReceive(buffer, out received);

    /// <inheritdoc/>
    public override void Send(ReadOnlySpan<byte> bytes) => socket.Send(bytes, "a reply");

    /// <inheritdoc/>
    public override void EndSending() => socket.EndSending();

    /// <inheritdoc/>
    public override void Dispose() => socket.Dispose();
}

/// <summary>Waits for TCP sockets of Linux (epoll).</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxStreamWait : StreamWait
{
    private readonly SafeHandle _stop;
    private readonly ReadyQueue _ready;
    private readonly PollSet _descriptors;

    /// <summary>Creates the wait for two signals and for sockets that accept connections.</summary>
    /// <param name="stop">The stop signal.</param>
    /// <param name="wake">A descriptor that also ends a wait.</param>
    /// <param name="listeners">The sockets.</param>
    /// <param name="createQueue">Makes the queue of descriptors that are ready.</param>
    /// <exception cref="LinuxException">Thrown when the process has no descriptor left.</exception>
    public LinuxStreamWait(
        SafeHandle stop, SafeHandle wake, LinuxSocket[] listeners, Func<SafeHandle[], ReadyQueue> createQueue)
    {
        SafeHandle[] descriptors = [stop, wake, .. listeners];
        _stop = stop;
        _ready = createQueue(descriptors);
        _descriptors = new PollSet(descriptors);
    }

    /// <inheritdoc/>
    public override int Wait(TimeSpan limit) => _ready.Wait((int)Math.Ceiling(limit.TotalMilliseconds));

    /// <inheritdoc/>
    public override int Place(int index) => _ready.Place(index);

    /// <inheritdoc/>
    public override void Add(StreamSocket socket, int place) => _ready.Add(Descriptor(socket), place);

    /// <inheritdoc/>
    public override void Suspend(StreamSocket socket, int place) => _ready.Suspend(Descriptor(socket), place);

    /// <inheritdoc/>
    public override void Resume(StreamSocket socket, int place) => _ready.Resume(Descriptor(socket), place);

    /// <inheritdoc/>
    public override void IgnoreStop() => _ready.Suspend(_stop, StopPlace);

    /// <inheritdoc/>
    public override void RequireOpen() => _descriptors.RequireOpen();

    /// <inheritdoc/>
    public override void Dispose() => _ready.Dispose();

    private static LinuxSocket Descriptor(StreamSocket socket) => ((LinuxStream)socket).Socket;
}
