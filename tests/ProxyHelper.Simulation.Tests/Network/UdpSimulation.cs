using System.Buffers.Binary;
using System.Net;
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
    private readonly UdpSocket[] _sockets;
    private readonly ServerCounters _counters = new();
    private readonly UdpServer _server;
    private readonly bool _isBoundToAll;
    private RuleSet _rules;
    private Datagram? _newest;
    private ushort _nextPort = 1024;

    /// <summary>Opens a server.</summary>
    public UdpSimulation(World world, ScriptedKernel kernel)
    {
        _world = world;
        _kernel = kernel;
        _oracle = new UdpOracle(world, kernel) { Rules = SimulatedRules.Choose(world.Chance) };
        kernel.Table.Changed = _oracle.NoteTable;
        _rules = RuleSet.From(_oracle.Rules.ToAnswerRules(), previous: null);
        _isBoundToAll = world.Chance.OnceIn(3);
        _sockets = [.. Enumerable.Range(0, world.Chance.Between(1, 4))
            .Select(place => new UdpSocket(world, _oracle, _isBoundToAll) { CountsBroadcasts = place == 0 })];
        LocalAddresses local = LocalAddresses.Open(kernel.Open, world.Clock);
        var context = new ServerContext(
            world.Stop,
            ConntrackTable.Open(UdpServer.BatchSize, NetlinkSocket.DefaultReceiveBuffer, kernel.Open),
            local,
            AppearanceWatch.Open(local.Reader),
            new ServerTelemetry(_counters, new ResponderJournal()))
        {
            Clock = world.Clock,
            CreateQueue = descriptors => new SimulatedQueue(world, descriptors, _oracle.BeginWait)
            {
                EndIdleTime = _oracle.EndIdleTime,
            },
        };
        _server = new UdpServer([.. _sockets.Select(socket => Query(socket, _isBoundToAll))], context, _rules);
    }

    /// <inheritdoc/>
    public void Run()
    {
        Plan();
        _server.Run();
        _oracle.BeginBatch();
        TimeSpan stopping = _world.Now - _world.StoppedAt!.Value;
        bool hasWaiting = Array.Exists(
            _sockets, socket => socket.Waiting.Any(datagram => datagram.ArrivedAt <= _world.StoppedAt));
        Violation.If(
            hasWaiting && stopping < World.StopGrace, "a query that was received before the stop is not answered");
        _oracle.CheckCounts(_counters.Read());
        _server.Dispose();
    }

    public void Dispose() => _server.Dispose();

    private static QuerySocket Query(UdpSocket socket, bool isBoundToAll) =>
        new(socket, isBoundToAll)
        {
            EndPoint = new IPEndPoint(isBoundToAll ? IPAddress.Any : IPAddress.Parse("194.0.1.1"), 114),
            CountsBroadcasts = socket.CountsBroadcasts,
        };

    private void Plan()
    {
        Chance chance = _world.Chance;
        TimeSpan end = _world.Now + TimeSpan.FromMilliseconds(chance.Between(10, 4000));
        Array.ForEach(_sockets, socket =>
        {
            socket.FaultOnceIn = chance.Of(0, 0, 10, 100);
            socket.Room = chance.Of(2500, 2500, 20);
        });
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
                _sockets[0].Arrive(NewDatagram());
            }
        });
        _world.At(begin + (time / 2), SetClock);
        return begin + time + TimeSpan.FromMilliseconds(_world.Chance.Of(1, 100));
    }

    private void SendBurst()
    {
        for (int left = _world.Chance.Of(1, 2, 5, 40, 80); left > 0; left--)
        {
            _newest = _newest is not null && _world.Chance.OnceIn(10) ? _newest.SentAgain() : NewDatagram();
            _world.Chance.Of<UdpSocket>(_sockets).Arrive(_newest);
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

    /// <summary>Makes a datagram: a query about an entry or about nothing. Most of them are answered.</summary>
    private Datagram NewDatagram()
    {
        Chance chance = _world.Chance;
        List<TableEntry> entries = _kernel.Table.Entries;
        TableEntry entry = entries.Count > 0 && !chance.OnceIn(5) ? entries[chance.Below(entries.Count)]
            : Places.NewEntry(chance);
        bool isOriginal = chance.OnceIn(8); // a query that the kernel answers with the other direction
        (Peer source, Peer destination) = isOriginal
            ? (entry.Destination, entry.Source)
            : (entry.ReplyDestination, entry.ReplySource);
        uint sender = chance.OnceIn(4)
            ? chance.Of(Places.Stranger, Places.Trusted, Places.Router, Places.Loopback, Places.Proxy)
            : destination.Address;
        _nextPort++;
        byte[] bytes = new byte[66];
        "RPHD"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), (uint)chance.Below(3));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), chance.OnceIn(10) ? 5 : _oracle.Rules.Secret);
        bytes.AsSpan(12, 4).Clear();
        (bytes[12], bytes[13], bytes[15]) = (4, 2, 1);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16), source.Address);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(20), destination.Address);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(24), source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(26), destination.Port);
        uint local = chance.Of(Places.Router, Places.SecondRouter);
        return new Datagram
        {
            Bytes = chance.OnceIn(12) ? Damage(bytes) : bytes,
            Sender = new Peer(sender, _nextPort),
            LocalAddress = local,
            HeaderDestination = _isBoundToAll && chance.OnceIn(20) ? chance.Of([.. Places.Broadcasts]) : local,
            Question = (source, destination),
        };
    }

    private byte[] Damage(byte[] bytes)
    {
        switch (_world.Chance.Below(3))
        {
            case 0:
                return bytes[.._world.Chance.Below(66)];
            case 1:
                return [.. bytes, .. new byte[_world.Chance.Between(1, 200)]];
            default:
                bytes[_world.Chance.Of(0, 1, 12, 13, 14, 15)] ^= 0x40;
                return bytes;
        }
    }
}
