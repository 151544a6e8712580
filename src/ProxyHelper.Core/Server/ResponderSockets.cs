using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Server;

/// <summary>
/// The sockets of a responder: those of UDP, shared out among its workers, and what chooses among those of an address; and those of TCP.
/// Whoever serves a socket closes it.
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

    /// <summary>The addresses and UDP ports.</summary>
    public IPEndPoint[] EndPoints => [.. ByAddress.Select(sockets => sockets[0].EndPoint)];

    /// <summary>The addresses and TCP ports.</summary>
    public IPEndPoint[] TcpEndPoints => [.. _listeners.Select(listener => listener.EndPoint)];

    /// <summary>The sockets that take TCP connections.</summary>
    public LinuxSocket[] Listeners => [.. _listeners.Select(listener => listener.Socket)];

    private QuerySocket[][] ByAddress => [.. _queries.GroupBy(socket => socket.EndPoint).Select(sockets => sockets.ToArray())];

    /// <summary>Opens the sockets, or takes over those that the process was given.</summary>
    /// <exception cref="BindException">An address cannot be listened on; then none is.</exception>
    /// <exception cref="LinuxException">No socket can be had, or what the process was given is none.</exception>
    public static ResponderSockets Open(ListenOptions options, IReadOnlyList<EndPointPattern> allowed)
    {
        var opened = new ResponderSockets(options.Workers);
        PacketFilter selection = FairQueues.Selection(options.Workers, allowed);
        try
        {
            if (options.InheritedSockets.Count > 0)
            {
                opened.Adopt(options.InheritedSockets, selection);
            }
            else
            {
                foreach (IPAddress address in options.Addresses.Distinct())
                {
                    opened._queries.AddRange(QuerySocket.OpenShared(
                        new IPEndPoint(address, options.Port), options.Workers, FairQueues.Count, selection, options.AllowAbsentAddresses));
                    opened.Listen(new IPEndPoint(address, options.TcpPort), options.AllowAbsentAddresses);
                }
            }

            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>The sockets of a worker.</summary>
    public QuerySocket[] Of(int worker) => [.. ByAddress.SelectMany(sockets => HasFairQueues(sockets)
        ? sockets.Skip(worker * FairQueues.Count).Take(FairQueues.Count)
        : sockets.Where((_, place) => place % _workers == worker))];

    /// <summary>Sorts what comes from now on as other options want it. What is in a queue stays there, and is served.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void ChangeRules(IReadOnlyList<EndPointPattern> allowed) => Choose(FairQueues.Selection(_workers, allowed));

    /// <inheritdoc/>
    public void Dispose()
    {
        _queries.ForEach(socket => socket.Dispose());
        _listeners.ForEach(listener => listener.Socket.Dispose());
    }

    private void Choose(PacketFilter selection) =>
        Array.ForEach(Array.FindAll(ByAddress, HasFairQueues), sockets => sockets[0].Socket.ChooseBy(selection));

    private bool HasFairQueues(QuerySocket[] sockets) => sockets.Length == _workers * FairQueues.Count;

    private void Listen(IPEndPoint endPoint, bool allowsAbsentAddress)
    {
        if (endPoint.Port != 0)
        {
            _listeners.Add((ListeningSocket.Open(endPoint, allowsAbsentAddress), endPoint));
        }
    }

    private void Adopt(IReadOnlyList<int> descriptors, PacketFilter selection)
    {
        foreach (InheritedSocket given in descriptors.Select(InheritedSocket.Adopt))
        {
            if (given.IsListener)
            {
                _listeners.Add((given.Socket, given.EndPoint));
            }
            else
            {
                _queries.Add(QuerySocket.Adopt(given));
            }
        }

        if (_queries.Count == 0)
        {
            throw new LinuxException("use the sockets that were given", Errno.EINVAL, "none of them is of UDP");
        }

        Choose(selection);
    }
}
