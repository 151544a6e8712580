using System.Text;
using ProxyHelper.Conntrack;
using ProxyHelper.Netlink;
using ProxyHelper.Server;
using ProxyHelper.Server.Tcp;
using ProxyHelper.Simulation.Kernel;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Simulation.Network;

/// <summary>Runs a TCP server from its start to its stop, and decides what its clients do.</summary>
internal sealed class TcpSimulation : ISimulation
{
    private readonly World _world;
    private readonly ScriptedKernel _kernel;
    private readonly TcpOracle _oracle;
    private readonly TcpListener _listener;
    private readonly ServerCounters _counters = new();
    private readonly TcpServer _server;
    private RuleSet _rules;
    private ushort _nextPort = 1024;

    /// <summary>Opens a server.</summary>
    public TcpSimulation(World world, ScriptedKernel kernel)
    {
        _world = world;
        _kernel = kernel;
        _oracle = new TcpOracle(world, kernel)
        {
            Rules = SimulatedRules.Choose(world.Chance),
            MaxTime = TimeSpan.FromMilliseconds(world.Chance.Of(5000, 5000, 300)),
        };
        kernel.Table.Changed = _oracle.NoteTable;
        _listener = new TcpListener(world, _oracle);
        _rules = RuleSet.From(_oracle.Rules.ToAnswerRules(), previous: null);
        var reader = new AddressReader(kernel.Open);
        LocalAddresses local = LocalAddresses.Open(reader, world.Clock);
        ConntrackTable table =
            ConntrackTable.Open(maxLookups: 1, NetlinkSocket.DefaultReceiveBuffer, kernel.Open);
        var context = new ServerContext(world.Stop, local, new ServerTelemetry(_counters, new ResponderJournal()))
        {
            Table = table,
            Watch = AppearanceWatch.Open(reader),
            Clock = world.Clock,
            CreateQueue = descriptors => new SimulatedQueue(world, descriptors, _oracle.BeginWait)
            {
                Added = descriptor => _oracle.Open((TcpConversation)descriptor),
            },
        };
        _server = LinuxTcp.Create([_listener], context, _rules, _oracle.MaxTime);
    }

    /// <inheritdoc/>
    public void Run()
    {
        Plan();
        _server.Run();
        TimeSpan stopping = _world.Now - _world.StoppedAt!.Value;
        bool hasWaiting = _listener.Waiting.Any(conversation => conversation.ArrivedAt <= _world.StoppedAt);
        Violation.If(
            hasWaiting && stopping < World.StopGrace && !_oracle.HasFailedDrain,
            "a connection that waited before the stop is not accepted");
        _server.Dispose();
        _oracle.CheckCounts(_counters.Read());
    }

    public void Dispose()
    {
        _oracle.IsOver = true;
        _server.Dispose();
        Array.ForEach([.. _listener.Waiting], conversation => conversation.Dispose());
        _listener.Dispose();
    }

    private void Plan()
    {
        Chance chance = _world.Chance;
        TimeSpan end = _world.Now + TimeSpan.FromMilliseconds(chance.Between(10, 4000));
        _oracle.FaultOnceIn = chance.Of(0, 0, 10, 100);
        _world.AtRandomTimes(chance.Between(1, 4), end, Connect);
        _world.AtRandomTimes(chance.Between(0, 6), end, () => Places.ChangeTable(_kernel.Table, chance));
        _world.AtRandomTimes(chance.Between(0, 2), end, Reload);
        if (chance.OnceIn(3))
        {
            _world.At(end, Connect); // the last clients wait when the server is stopped
        }

        _world.At(end, _world.BeginStop);
    }

    private void Reload()
    {
        _world.Trace.Add(_world.Now, "reload");
        _oracle.Rules = SimulatedRules.Choose(_world.Chance);
        _rules = RuleSet.From(_oracle.Rules.ToAnswerRules(), _rules);
        _server.ChangeRules(_rules);
    }

    private void Connect()
    {
        for (int left = _world.Chance.Of(1, 2, 5, 40, 100); left > 0; left--)
        {
            ConnectOne();
        }
    }

    /// <summary>Lets a client connect, and plans what the client sends and when.</summary>
    private void ConnectOne()
    {
        Chance chance = _world.Chance;
        List<TableEntry> entries = _kernel.Table.Entries;
        TableEntry entry = entries.Count > 0 && !chance.OnceIn(5) ? entries[chance.Below(entries.Count)]
            : Places.NewEntry(chance);
        (Peer source, Peer destination) = chance.OnceIn(8)
            ? (entry.Source, entry.Destination) // the kernel answers with the other direction
            : (entry.ReplySource, entry.ReplyDestination);
        uint client = chance.OnceIn(6)
            ? chance.Of(Places.Stranger, Places.Trusted, Places.Router, Places.Loopback)
            : source.Address;
        bool isOfRouter = destination.Address is Places.Router or Places.SecondRouter;
        string line = $"{destination.Port} , {source.Port}{chance.Of("\r\n", "\n")}";
        string wrongLine = chance.Of("20119 9199\r\n", new string('1', 1500), "0 , 1\r\n", "20119 , 9199");
        line = chance.OnceIn(12) ? wrongLine : line;
        var conversation = new TcpConversation(
            _world,
            _oracle,
            new Peer(client, _nextPort++),
            isOfRouter ? destination.Address : Places.Router,
            Encoding.ASCII.GetBytes(line)) { StaysOpen = chance.OnceIn(6) };
        _listener.Arrive(conversation);
        PlanClient(conversation);
    }

    private void PlanClient(TcpConversation conversation)
    {
        Chance chance = _world.Chance;
        byte[] line = conversation.Line;
        int cut = chance.Of(0, 0, line.Length / 2, line.Length); // a part, or nothing, arrives later
        conversation.Arrive(line.AsSpan(0, line.Length - cut));
        if (cut > 0)
        {
            byte[] rest = line[(line.Length - cut)..];
            _world.At(Later(), () => conversation.Arrive(chance.OnceIn(5) ? [] : rest)); // some stay silent
        }

        if (!line.Contains((byte)'\n') || chance.OnceIn(20))
        {
            _world.At(Later(), chance.OnceIn(3) ? conversation.Reset : conversation.End);
        }
    }

    private TimeSpan Later() => _world.Now + TimeSpan.FromMilliseconds(_world.Chance.Of(1, 50, 400));
}
