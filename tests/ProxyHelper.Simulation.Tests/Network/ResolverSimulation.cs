using ProxyHelper.Netlink;
using ProxyHelper.Server;
using ProxyHelper.Simulation.Kernel;
using ProxyHelper.Sources;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Simulation.Network;

/// <summary>Runs a UDP server with a scripted resolver from its start to its stop.</summary>
internal sealed class ResolverSimulation : ISimulation
{
    private readonly World _world;
    private readonly ScriptedTable _table;
    private readonly TicketOracle _oracle;
    private readonly UdpSockets _sockets;
    private readonly ServerCounters _counters = new();
    private readonly DatagramSource _datagrams;
    private readonly UdpServer _server;
    private RuleSet _rules;

    /// <summary>Opens a server.</summary>
    public ResolverSimulation(World world, ScriptedKernel kernel)
    {
        _world = world;
        _table = kernel.Table;
        var lookups = new ScriptedLookups(world, kernel) { FaultOnceIn = world.Chance.Of(0, 2, 10) };
        _oracle = new TicketOracle(world, lookups);
        _oracle.Reload(SimulatedRules.Choose(world.Chance));
        _rules = RuleSet.From(_oracle.Rules.ToAnswerRules(), previous: null);
        bool isBoundToAll = world.Chance.OnceIn(3);
        _datagrams = new DatagramSource(world, _table, isBoundToAll, () => _oracle.Rules.Secret);
        _sockets = new UdpSockets(world, _oracle, isBoundToAll);
        LocalAddresses local = LocalAddresses.Open(new AddressReader(kernel.Open), world.Clock);
        var context = new ServerContext(world.Stop, local, new ServerTelemetry(_counters, new ResponderJournal()))
        {
            Resolver = new ResolverQueue(lookups, action => world.At(world.Now, action)),
            Clock = world.Clock,
            CreateQueue = descriptors => new SimulatedQueue(world, descriptors, beginWait: () => { }),
        };
        _server = new UdpServer(_sockets.ToQuerySockets(), context, _rules);
    }

    /// <inheritdoc/>
    public void Run()
    {
        Plan();
        _server.Run();
        _sockets.CheckStop();
        _oracle.CheckCounts(_counters.Read());
        _server.Dispose();
    }

    public void Dispose() => _server.Dispose();

    private void Plan()
    {
        Chance chance = _world.Chance;
        TimeSpan end = _world.Now + TimeSpan.FromMilliseconds(chance.Between(10, 4000));
        foreach (UdpSocket socket in _sockets.All)
        {
            socket.FaultOnceIn = chance.Of(0, 0, 10, 100);
        }

        _world.AtRandomTimes(chance.Between(1, 8), end, SendBurst);
        _world.AtRandomTimes(chance.Between(0, 8), end, () => Places.ChangeTable(_table, chance));
        _world.AtRandomTimes(chance.Between(0, 2), end, Reload);
        if (chance.OnceIn(3))
        {
            _world.At(end, SendBurst); // the last burst waits when the server is stopped
        }

        _world.At(end, _world.BeginStop);
    }

    private void SendBurst()
    {
        for (int left = _world.Chance.Of(1, 2, 5, 40, 80); left > 0; left--)
        {
            // Never the same query again: nobody could know which of both a reply belongs to.
            _sockets.Choose().Arrive(_datagrams.Next());
        }
    }

    private void Reload()
    {
        _world.Trace.Add(_world.Now, "reload");
        _oracle.Reload(SimulatedRules.Choose(_world.Chance));
        _rules = RuleSet.From(_oracle.Rules.ToAnswerRules(), _rules);
        _server.ChangeRules(_rules);
    }
}
