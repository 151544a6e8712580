using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Server;

/// <summary>
/// Contains the sockets of a responder: the UDP sockets, which are divided among its workers, and the TCP sockets. The
/// server that uses a socket closes the socket.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ResponderSockets : IDisposable
{
    private readonly int _workers;
    private readonly List<QuerySocket> _queries = [];
    private readonly List<(LinuxSocket Socket, IPEndPoint EndPoint)> _listeners = [];

    private ResponderSockets(int workers)
    {
        _workers = workers;
    }

    /// <summary>Gets the addresses and UDP ports.</summary>
    public IPEndPoint[] UdpEndPoints => [.. ByAddress.Select(sockets => sockets[0].EndPoint)];

    /// <summary>Gets the addresses and TCP ports.</summary>
    public IPEndPoint[] TcpEndPoints => [.. _listeners.Select(listener => listener.EndPoint)];

    /// <summary>Gets the sockets that accept TCP connections.</summary>
    public LinuxSocket[] Listeners => [.. _listeners.Select(listener => listener.Socket)];

    private QuerySocket[][] ByAddress =>
        [.. _queries.GroupBy(socket => socket.EndPoint).Select(sockets => sockets.ToArray())];

    /// <summary>Opens the sockets, or adopts the inherited ones.</summary>
    /// <exception cref="BindException">
    /// Thrown when an address and port cannot be bound. No address stays bound.
    /// </exception>
    /// <exception cref="LinuxException">
    /// Thrown when a socket could not be opened, or an inherited socket cannot be used.
    /// </exception>
    public static ResponderSockets Open(ListenOptions options, IReadOnlyList<EndPointPattern> allowed)
    {
        var opened = new ResponderSockets(options.Workers);
        try
        {
            if (options.InheritedSockets.Count > 0)
            {
                opened.Adopt(options.InheritedSockets);
                opened.ChangeAllowed(allowed);
            }
            else
            {
                opened.Bind(options, allowed);
            }

            opened.CountBroadcastsOnce();
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Returns the UDP sockets of a worker.</summary>
    public QuerySocket[] OfWorker(int worker) => [.. ByAddress.SelectMany(sockets => HasFairQueues(sockets)
        ? sockets.Skip(worker * FairQueues.Count).Take(FairQueues.Count)
        : sockets.Where((_, place) => place % _workers == worker))];

    /// <summary>
    /// Sorts datagrams into the queues by other allowed senders. Datagrams that wait in a queue stay there, and are
    /// answered.
    /// </summary>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public void ChangeAllowed(IReadOnlyList<EndPointPattern> allowed) => Array.ForEach(
        Array.FindAll(ByAddress, HasFairQueues),
        sockets => FairQueues.Sort(sockets[0].Socket, _workers, allowed));

    /// <inheritdoc/>
    public void Dispose()
    {
        _queries.ForEach(socket => socket.Dispose());
        _listeners.ForEach(listener => listener.Socket.Dispose());
    }

    private bool HasFairQueues(QuerySocket[] sockets) => sockets.Length == _workers * FairQueues.Count;

    private void Bind(ListenOptions options, IReadOnlyList<EndPointPattern> allowed)
    {
        foreach (IPAddress address in options.Addresses.Distinct())
        {
            var udp = new IPEndPoint(address, options.Port);
            _queries.AddRange(QuerySocket.OpenShared(
                udp,
                options.Workers,
                FairQueues.Count,
                first => FairQueues.Sort(first, options.Workers, allowed),
                options.AllowAbsentAddresses));
            if (options.TcpPort != 0)
            {
                var tcp = new IPEndPoint(address, options.TcpPort);
                _listeners.Add((BoundSocket.Listen(tcp, options.AllowAbsentAddresses), tcp));
            }
        }
    }

    private static void RequireHostAddress(InheritedSocket inherited)
    {
        if (HostAddresses.Read().FindListenFault([inherited.EndPoint.Address]) is { } fault)
        {
            inherited.Socket.Dispose();
            throw new LinuxException("use the inherited sockets", Errno.EINVAL, fault.TrimEnd('.'));
        }
    }

    private void Adopt(IReadOnlyList<int> descriptors)
    {
        foreach (InheritedSocket inherited in descriptors.Select(InheritedSocket.Adopt))
        {
            RequireHostAddress(inherited);
            if (inherited.IsListener)
            {
                _listeners.Add((inherited.Socket, inherited.EndPoint));
            }
            else
            {
                _queries.Add(QuerySocket.Adopt(inherited));
            }
        }

        if (_queries.Count == 0)
        {
            throw new LinuxException("use the inherited sockets", Errno.EINVAL, "there is no UDP socket among them");
        }
    }

    // The kernel gives each of the sockets that share an address and port a copy of a broadcast.
    private void CountBroadcastsOnce() => Array.ForEach(ByAddress, sockets => sockets[0].CountsBroadcasts = true);
}
