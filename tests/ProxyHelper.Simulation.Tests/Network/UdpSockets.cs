using System.Net;
using ProxyHelper.Server;
using ProxyHelper.Simulation.Kernel;

namespace ProxyHelper.Simulation.Network;

/// <summary>Contains the UDP sockets of a simulated helper. Their number is random.</summary>
internal sealed class UdpSockets(World world, IUdpJudge oracle, bool isBoundToAll)
{
    private readonly UdpSocket[] _sockets = [.. Enumerable.Range(0, world.Chance.Between(1, 4))
        .Select(place => new UdpSocket(world, oracle, isBoundToAll) { CountsBroadcasts = place == 0 })];

    /// <summary>Gets the sockets.</summary>
    public IReadOnlyList<UdpSocket> All => _sockets;

    /// <summary>Returns a randomly chosen socket.</summary>
    public UdpSocket Choose() => world.Chance.Of<UdpSocket>(_sockets);

    /// <summary>Returns the sockets in the form that the server gets.</summary>
    public QuerySocket[] ToQuerySockets() =>
    [
        .. _sockets.Select(socket => new QuerySocket(socket, isBoundToAll)
        {
            EndPoint = new IPEndPoint(isBoundToAll ? IPAddress.Any : IPAddress.Parse("194.0.1.1"), 114),
            CountsBroadcasts = socket.CountsBroadcasts,
        }),
    ];

    /// <summary>Checks that the server, which has ended, took what had arrived before the stop.</summary>
    public void CheckStop()
    {
        TimeSpan stopping = world.Now - world.StoppedAt!.Value;
        bool hasWaiting = Array.Exists(
            _sockets, socket => socket.Waiting.Any(datagram => datagram.ArrivedAt <= world.StoppedAt));
        Violation.If(
            hasWaiting && stopping < World.StopGrace, "a query that was received before the stop is not answered");
    }
}
