using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Relay;
using ProxyHelper.Relay.Asking;
using ProxyHelper.Simulation.Kernel;

namespace ProxyHelper.Simulation.Asking;

/// <summary>
/// Runs the asking side of a relay: connections come and go, and their places and ends are used again soon. The rounds
/// do what a worker of the relay does, in any order.
/// </summary>
internal sealed class RelaySimulation : ISimulation
{
    private const ushort AcceptingPort = 9199;
    private const int Places = 8;

    private readonly World _world;
    private readonly AskingOracle _oracle;
    private readonly RelayCounters _counters = new();
    private readonly HelperQueries _queries;
    private readonly List<HelperLink> _links = [];
    private readonly Dictionary<int, HelperLink> _watched = [];
    private readonly SimulatedHelper[] _helpers;
    private readonly RelayedConnection?[] _places = new RelayedConnection?[Places];
    private readonly List<RelayedConnection> _accepted = []; // wait to be accepted
    private readonly HashSet<(Peer Router, Peer Accepting)> _taken = []; // as long as the user is there
    private readonly int _maxQueries;
    private int _connections;

    /// <summary>Opens the asking side.</summary>
    public RelaySimulation(World world)
    {
        _world = world;
        _oracle = new AskingOracle(world);
        int faultOnceIn = world.Chance.Of(0, 3, 10, 50);
        _helpers = [.. Enumerable.Range(1, 3).Select(host => new SimulatedHelper(world, 0xc2000100 + (uint)host)
        {
            FaultOnceIn = faultOnceIn,
            Links = _links,
        })];
        _maxQueries = world.Chance.Of(3, Places);
        _queries = new HelperQueries(
            new HelperSocketTable(Open, (socket, index) => _watched[index] = (HelperLink)socket),
            _maxQueries,
            _counters,
            world.Clock,
            new SimulatedCookies(world, _oracle));
    }

    private bool IsStopped => _world.StoppedAt is not null;

    /// <inheritdoc/>
    public void Run()
    {
        Plan();
        while (!IsStopped || _oracle.Waiting > 0)
        {
            Wait();
            Action[] steps = [Receive, _queries.Advance, Accept];
            _world.Chance.Shuffle<Action>(steps);
            Array.ForEach(steps, step => step());
            foreach (RelayAnswer answer in _queries.Answers)
            {
                _oracle.Answer(answer);
                _places[answer.Place] = null;
            }

            _queries.Answers.Clear();
            _oracle.EndRound();
        }

        _oracle.CheckCounts(RelayCounters.Sum([_counters]));
        _queries.Dispose();
    }

    public void Dispose() => _queries.Dispose();

    private void Plan()
    {
        Chance chance = _world.Chance;
        TimeSpan end = _world.Now + TimeSpan.FromMilliseconds(chance.Between(10, 8000));
        _world.AtRandomTimes(chance.Between(1, 40), end, Connect);
        _world.AtRandomTimes(chance.Between(0, 3), end, () =>
        {
            SimulatedHelper helper = chance.Of(_helpers);
            (helper.Runs, helper.IsSilent) = (chance.OnceIn(2), chance.OnceIn(4));
        });
        _world.AtRandomTimes(chance.Between(0, 2), end, () =>
            _queries.Secret = _oracle.Secret = (uint)chance.Below(10));
        _world.At(end, _world.BeginStop);
    }

    /// <summary>Waits as a worker does.</summary>
    private void Wait()
    {
        var limit = TimeSpan.FromSeconds(1);
        if (_queries.NextDeadline is { } deadline)
        {
            TimeSpan left = deadline - _world.Clock.SinceBoot;
            limit = left < limit ? left : limit;
        }

        _world.WaitUntil(
            () => (_accepted.Count > 0 && _places.Contains(null)) || _watched.Values.Any(link => link.IsReady),
            limit);
    }

    /// <summary>Lets a user connect, and go some time later.</summary>
    private void Connect()
    {
        Chance chance = _world.Chance;
        SimulatedHelper helper = chance.Of(_helpers);
        var router = new Peer(helper.Address, (ushort)(20_000 + chance.Below(4)));
        var accepting = new Peer(0xc2001609 + (uint)chance.Below(2), AcceptingPort);
        if (!_taken.Add((router, accepting)))
        {
            return;
        }

        int number = ++_connections; // the port of the user, so no two connections have the same original ends
        var connection = new RelayedConnection(
            router, accepting, new Peer(0x0a010101, (ushort)number), new Peer(0x04010101 + (uint)(number % 5), 80));
        helper.Table.Add((router, accepting), connection);
        _accepted.Add(connection);
        TimeSpan end = _world.Now + TimeSpan.FromMilliseconds(chance.Of(1, 20, 200, 1500, 6000));
        _world.At(end, () =>
        {
            connection.IsGone = true;
            helper.Table.Remove((router, accepting));
            _taken.Remove((router, accepting));
        });
        if (chance.OnceIn(8))
        {
            // conntrack -D: "not found" is right then.
            _world.At(_world.Now + ((end - _world.Now) / 2), () => helper.Table.Remove((router, accepting)));
        }
    }

    private void Accept()
    {
        foreach (RelayedConnection connection in _accepted.ToArray())
        {
            int place = Array.IndexOf(_places, null);
            if (place < 0)
            {
                return; // the connection waits
            }

            _accepted.Remove(connection);
            bool isFull = _oracle.Waiting >= _maxQueries;
            connection.Place = place;
            connection.ErrorsBefore = FindLink(connection)?.Errors ?? 0;
            _oracle.Ask(connection);
            RelayOutcome? refusal = _queries.Ask(place, End(connection.Router), End(connection.Accepting));
            (connection.AskedBy, connection.Link) = (_world.Now, FindLink(connection));
            Violation.If(refusal == RelayOutcome.TooManyQueries && !isFull, "a query is refused without a reason");
            Violation.If(
                refusal is not (null or RelayOutcome.TooManyQueries or RelayOutcome.LocalFault),
                $"a query is refused with {refusal}");
            _places[place] = refusal is null ? connection : null;
            if (refusal is not null)
            {
                _oracle.Forget(connection);
            }
        }
    }

    private HelperLink? FindLink(RelayedConnection connection) => _links.Find(
        link => link.Helper.Address == connection.Router.Address && link.Accepting == connection.Accepting.Address);

    private void Receive()
    {
        foreach ((int index, HelperLink link) in _watched.ToArray())
        {
            if (link.IsReady)
            {
                _queries.Receive(index);
            }
        }
    }

    private HelperLink Open(HelperRoute route)
    {
        SimulatedHelper helper = Array.Find(_helpers, helper => helper.Address == route.Router.Value)!;
        if (_world.Chance.OnceIn(helper.FaultOnceIn))
        {
            throw new LinuxException("open UDP socket", Errno.EMFILE);
        }

        var link = new HelperLink(_world, helper, route.Accepting.Value, _oracle);
        _links.Add(link);
        return link;
    }

    private static TransportEndPoint End(Peer peer) => new(new IPv4Address(peer.Address), peer.Port);
}
