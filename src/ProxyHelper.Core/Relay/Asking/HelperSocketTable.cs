using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Relay.Asking;

/// <summary>Opens a socket that is bound to the accepting address and connected to the helper.</summary>
/// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
internal delegate LinuxSocket HelperSocketOpener(HelperRoute route);

/// <summary>
/// Contains the sockets to the helpers, which are opened when they are needed first. If there are too many, the socket
/// that was not used for the longest time is closed.
/// </summary>
/// <param name="open">Opens a socket.</param>
/// <param name="watch">
/// Waits for a new socket with the index. Closing the socket ends that. An index can be used again.
/// </param>
[SupportedOSPlatform("linux")]
internal sealed class HelperSocketTable(HelperSocketOpener open, Action<LinuxSocket, int> watch) : IDisposable
{
    /// <summary>The largest number of sockets.</summary>
    public const int MaxSockets = 256;

    private const int ReceiveBuffer = 1 << 20; // bytes, for the replies to all queries that may be open

    private readonly Dictionary<HelperRoute, HelperSocket> _byRoute = [];
    private readonly HelperSocket?[] _byIndex = new HelperSocket?[MaxSockets];

    /// <summary>Gets the socket with an index, or null if it was closed.</summary>
    public HelperSocket? this[int index] => _byIndex[index];

    /// <summary>Returns the opener of real sockets.</summary>
    /// <param name="port">The UDP port of the helpers.</param>
    public static HelperSocketOpener OpenerFor(ushort port) => route =>
    {
        var helper = new IPEndPoint(route.Router.ToIPAddress(), port);
        LinuxSocket socket = BoundSocket.OpenUdp(
            new IPEndPoint(route.Accepting.ToIPAddress(), 0), socket => socket.SetReceiveBuffer(ReceiveBuffer));
        try
        {
            SocketAddress address = helper.Serialize();
            socket.Connect(address.Buffer.Span[..address.Size], helper.ToString());
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    };

    /// <summary>Returns the socket for two addresses.</summary>
    /// <returns>Null if each socket waits for a reply and there are too many.</returns>
    /// <exception cref="LinuxException">Thrown when the socket could not be opened.</exception>
    public HelperSocket? Find(HelperRoute route)
    {
        if (_byRoute.TryGetValue(route, out HelperSocket? known))
        {
            return known;
        }

        if (_byRoute.Count == MaxSockets && !TryCloseOldest())
        {
            return null;
        }

#pragma warning disable CA2000 // the table disposes of it
        var socket = new HelperSocket(open(route), route, Array.IndexOf(_byIndex, null));
#pragma warning restore CA2000
        _byRoute.Add(route, socket);
        _byIndex[socket.Index] = socket;
        try
        {
            watch(socket.Socket, socket.Index);
            return socket;
        }
        catch
        {
            Close(socket);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (HelperSocket socket in _byRoute.Values)
        {
            socket.Dispose();
        }
    }

    private bool TryCloseOldest()
    {
        HelperSocket? oldest = _byRoute.Values.Where(socket => socket.OpenQueries == 0).MinBy(socket => socket.UsedAt);
        if (oldest is not null)
        {
            Close(oldest);
        }

        return oldest is not null;
    }

    private void Close(HelperSocket socket)
    {
        _byRoute.Remove(socket.Route);
        _byIndex[socket.Index] = null;
        socket.Dispose();
    }
}
