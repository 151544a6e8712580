using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Linux.Streams;

namespace ProxyHelper.Relay.Connections;

/// <summary>Opens the sockets on which the workers of a relay accept connections.</summary>
[SupportedOSPlatform("linux")]
internal static class RelayListeners
{
    private const int Backlog = 4096; // connections; net.core.somaxconn is 4096, too

    /// <summary>
    /// Opens the sockets of each worker. With several workers, each has its own sockets on the same addresses, and the
    /// kernel divides the connections among them.
    /// </summary>
    /// <exception cref="BindException">
    /// Thrown when an address and port cannot be bound. No address stays bound.
    /// </exception>
    /// <exception cref="LinuxException">
    /// Thrown when a socket could not be opened, or an inherited socket cannot be used.
    /// </exception>
    public static RelayListener[][] Open(RelayOptions options)
    {
        var opened = new List<RelayListener>();
        try
        {
            return [.. Enumerable.Range(0, options.Workers).Select(_ => OpenWorker(options, opened))];
        }
        catch
        {
            opened.ForEach(listener => listener.Socket.Dispose());
            throw;
        }
    }

    private static RelayListener[] OpenWorker(RelayOptions options, List<RelayListener> opened)
    {
        int before = opened.Count;
        if (options.InheritedSockets.Count > 0)
        {
            foreach (int descriptor in options.InheritedSockets)
            {
                opened.Add(Adopt(descriptor));
            }
        }
        else
        {
            foreach (IPEndPoint endPoint in options.Listen.Distinct())
            {
#pragma warning disable CA2000 // the worker disposes of it
                opened.Add(new RelayListener(Bind(endPoint, options, isShared: before > 0), endPoint));
#pragma warning restore CA2000
            }
        }

        return [.. opened.Skip(before)];
    }

    private static LinuxSocket Bind(IPEndPoint endPoint, RelayOptions options, bool isShared)
    {
        LinuxSocket listener = BoundSocket.Listen(endPoint, Backlog, socket =>
        {
            socket.SetOption(SocketOption.FreeBind, options.AllowAbsentAddresses ? 1 : 0);
            socket.SetOption(SocketOption.ReusePort, isShared ? 1 : 0);
            Prepare(socket);
        });

        // The first socket is bound without sharing, so that it fails if another relay uses the port. Only then does
        // it share.
        listener.SetOption(SocketOption.ReusePort, options.Workers > 1 ? 1 : 0);
        return listener;
    }

    private static RelayListener Adopt(int descriptor)
    {
        InheritedSocket inherited;
        try
        {
            inherited = InheritedSocket.Adopt(StreamDescriptor.Duplicate(descriptor));
        }
        catch (LinuxException failure)
        {
            throw NoListener(descriptor, failure.Errno);
        }

        if (!inherited.IsListener)
        {
            inherited.Socket.Dispose();
            throw NoListener(descriptor, Errno.EINVAL);
        }

        Prepare(inherited.Socket);
        return new RelayListener(inherited.Socket, inherited.EndPoint);
    }

    private static LinuxException NoListener(int descriptor, Errno errno) => new(
        "use the inherited sockets",
        errno,
        $"descriptor {descriptor} is not a TCP socket of IPv4 that listens. "
            + "In a socket unit, write the address, too: 'ListenStream=ADDRESS:PORT'");

    /// <summary>Sets the options that accepted connections take from their listener.</summary>
    private static void Prepare(LinuxSocket listener)
    {
        listener.SetOption(SocketOption.NoDelay, 1);
        listener.SetOption(SocketOption.InlineUrgentData, 1);
        KeepAlive.Set(listener.SetOption);
    }
}

/// <summary>Represents a socket on which a worker accepts connections.</summary>
/// <param name="Socket">The socket, which the worker disposes of.</param>
/// <param name="EndPoint">The address and port of the socket. 0.0.0.0 is all addresses of this host.</param>
[SupportedOSPlatform("linux")]
internal sealed record RelayListener(LinuxSocket Socket, IPEndPoint EndPoint)
{
    /// <summary>Gets the address and port by value.</summary>
    public TransportEndPoint Local { get; } = new(EndPoint.Address, (ushort)EndPoint.Port);

    /// <summary>Gets whether the socket has all addresses of this host.</summary>
    public bool HasAllAddresses { get; } = EndPoint.Address.Equals(IPAddress.Any);
}
