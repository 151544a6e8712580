using ProxyHelper.Conntrack;
using ProxyHelper.Netlink;
using ProxyHelper.Server;
using ProxyHelper.Simulation.Kernel;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Simulation.Network;

/// <summary>Runs a UDP server from its start to its stop, and decides what happens in between.</summary>
internal sealed class UdpSimulation : ISimulation
{
    private readonly World _world;
    private readonly ScriptedKernel _kernel;
    private readonly UdpOracle _oracle;
    private readonly UdpSockets _sockets;
    private readonly ServerCounters _counters = new();
    private readonly UdpServer _server;
    private readonly bool _isBoundToAll;
    private RuleSet _rules;
    private readonly DatagramSource _datagrams;

    /// <summary>Opens a server.</summary>
    public UdpSimulation(World world, ScriptedKernel kernel)
    {
        _world = world;
        _kernel = kernel;
        _oracle = new UdpOracle(world, kernel) { Rules = SimulatedRules.Choose(world.Chance) };
        kernel.Table.Changed = _oracle.NoteTable;
        _rules = RuleSet.From(_oracle.Rules.ToAnswerRules(), previous: null);
        _isBoundToAll = world.Chance.OnceIn(3);
        _datagrams = new DatagramSource(world, kernel.Table, _isBoundToAll, () => _oracle.Rules.Secret);
        _sockets = new UdpSockets(world, _oracle, _isBoundToAll);
        var reader = new AddressReader(kernel.Open);
        LocalAddresses local = LocalAddresses.Open(reader, world.Clock);
        ConntrackTable table =
            ConntrackTable.Open(UdpServer.BatchSize, NetlinkSocket.DefaultReceiveBuffer, kernel.Open);
        var context = new ServerContext(world.Stop, local, new ServerTelemetry(_counters, new ResponderJournal()))
        {
            Table = table,
            Watch = AppearanceWatch.Open(reader),
            Clock = world.Clock,
            CreateQueue = descriptors => new SimulatedQueue(world, descriptors, _oracle.BeginWait)
            {
                EndIdleTime = _oracle.EndIdleTime,
            },
        };
        _server = new UdpServer(_sockets.ToQuerySockets(), context, _rules);
    }

    /// <inheritdoc/>
    public void Run()
    {
        Plan();
        _server.Run();
        _oracle.BeginBatch();
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
            socket.Room = chance.Of(2500, 2500, 20);
        }

        _world.AtRandomTimes(chance.Between(1, 8), end, SendBurst);
        _world.AtRandomTimes(chance.Between(0, 8), end, () => Places.ChangeTable(_kernel.Table, chance));
        _world.AtRandomTimes(chance.Between(0, 2), end, Reload);
        _world.AtRandomTimes(chance.Of(0, 1, 1, 4), end, Appear);
        bool isClockSet = chance.OnceIn(5); // at most once: a helper that stands still cannot see the first of two
        _world.AtRandomTimes(isClockSet ? 1 : 0, end, SetClock);
        if (!isClockSet && chance.OnceIn(12))
        {
            end = PlanFullQueue(end);
        }
        else if (!isClockSet && chance.OnceIn(4))
        {
            end = PlanIdleTime(end);
        }

        if (chance.OnceIn(3))
        {
            _world.At(end, SendBurst); // the last burst waits when the server is stopped
        }

        _world.At(end, _world.BeginStop);
        if (chance.OnceIn(4))
        {
            _world.At(end + TimeSpan.FromMilliseconds(chance.Below(200)), SendBurst);
            _world.At(end + TimeSpan.FromMilliseconds(chance.Below(200)), Reload);
        }
    }

    /// <summary>Plans that the clock is set while nothing else happens, and that a query arrives later.</summary>
    /// <returns>The time of the query.</returns>
    private TimeSpan PlanIdleTime(TimeSpan begin)
    {
        _world.At(begin + TimeSpan.FromMilliseconds(_world.Chance.Below(1500)), SetClock);
        TimeSpan end = begin + TimeSpan.FromMilliseconds(_world.Chance.Between(1500, 6000));
        _world.At(end, SendBurst);
        return end + TimeSpan.FromMilliseconds(1);
    }

    /// <summary>
    /// Plans that the clock is set while the process stands still and more queries wait than a few rounds serve.
    /// </summary>
    /// <returns>The time after which the process goes on.</returns>
    private TimeSpan PlanFullQueue(TimeSpan begin)
    {
        var time = TimeSpan.FromMilliseconds(_world.Chance.Between(500, 2500));
        _world.At(begin, () =>
        {
            _world.NextFreeze = time;
            for (int left = 500; left > 0; left--)
            {
                _sockets.All[0].Arrive(_datagrams.Next());
            }
        });
        _world.At(begin + (time / 2), SetClock);
        return begin + time + TimeSpan.FromMilliseconds(_world.Chance.Of(1, 100));
    }

    private void SendBurst()
    {
        for (int left = _world.Chance.Of(1, 2, 5, 40, 80); left > 0; left--)
        {
            Datagram datagram = _datagrams.NextOrAgain();
            _sockets.Choose().Arrive(datagram);
        }
    }

    /// <summary>
    /// Lets an address appear, of the helper or not. More queries about entries that come later arrive after it.
    /// </summary>
    private void Appear()
    {
        uint address = _world.Chance.Of(Places.Router, Places.SecondRouter);
        if (_isBoundToAll || address == Places.Router)
        {
            _oracle.Grace.Appear();
        }

        _kernel.Appear(address);
        _world.At(_world.Now + TimeSpan.FromMilliseconds(_world.Chance.Below(100)), SendBurst);
    }

    private void Reload()
    {
        _world.Trace.Add(_world.Now, "reload");
        _oracle.Rules = SimulatedRules.Choose(_world.Chance);
        _rules = RuleSet.From(_oracle.Rules.ToAnswerRules(), _rules);
        _server.ChangeRules(_rules);
    }

    private void SetClock()
    {
        _world.Clock.Set(TimeSpan.FromMilliseconds(_world.Chance.Of(
            _world.Chance.Between(-4000, 4000), _world.Chance.Between(-4000, 4000), -3_600_000, 3_600_000)));
        _oracle.SetClock();
    }
}
