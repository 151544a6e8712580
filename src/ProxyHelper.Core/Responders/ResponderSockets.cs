using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Responders;

/// <summary>The sockets of a responder, shared out among its workers, who close them; and what chooses among those of an address.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ResponderSockets : IDisposable
{
    private readonly int _workers;
    private readonly List<QuerySocket[]> _byAddress = [];

    private ResponderSockets(int workers)
    {
        _workers = workers;
    }

    /// <summary>The addresses and ports.</summary>
    public IPEndPoint[] EndPoints => [.. _byAddress.Select(sockets => sockets[0].EndPoint)];

    /// <summary>Opens the sockets, or takes over those that the process was given.</summary>
    /// <exception cref="BindException">An address cannot be listened on; then none is.</exception>
    /// <exception cref="LinuxException">No socket can be had, or what the process was given is none.</exception>
    public static ResponderSockets Open(ResponderOptions options)
    {
        var opened = new ResponderSockets(options.Workers);
        PacketFilter selection = FairQueues.Selection(options.Workers, options.AllowedProxies);
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
                    opened._byAddress.Add(QuerySocket.OpenShared(
                        new IPEndPoint(address, options.Port), options.Workers, FairQueues.Count, selection, options.AllowsAbsentAddresses));
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
    public QuerySocket[] Of(int worker) => [.. _byAddress.SelectMany(sockets => HasFairQueues(sockets)
        ? sockets.Skip(worker * FairQueues.Count).Take(FairQueues.Count)
        : sockets.Where((_, place) => place % _workers == worker))];

    /// <summary>Sorts what comes from now on as other options want it. What is in a queue stays there, and is served.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void Change(ResponderOptions options)
    {
        PacketFilter selection = FairQueues.Selection(_workers, options.AllowedProxies);
        _byAddress.FindAll(HasFairQueues).ForEach(sockets => sockets[0].Socket.ChooseBy(selection));
    }

    /// <inheritdoc/>
    public void Dispose() => _byAddress.SelectMany(sockets => sockets).ToList().ForEach(socket => socket.Dispose());

    private bool HasFairQueues(QuerySocket[] sockets) => sockets.Length == _workers * FairQueues.Count;

    private void Adopt(IReadOnlyList<int> descriptors, PacketFilter selection)
    {
        var adopted = new List<QuerySocket>();
        foreach (int descriptor in descriptors)
        {
            adopted.Add(QuerySocket.Adopt(descriptor));
            _byAddress.Clear();
            _byAddress.AddRange(adopted.GroupBy(socket => socket.EndPoint).Select(sockets => sockets.ToArray()));
        }

        _byAddress.FindAll(HasFairQueues).ForEach(sockets => sockets[0].Socket.ChooseBy(selection));
    }
}
