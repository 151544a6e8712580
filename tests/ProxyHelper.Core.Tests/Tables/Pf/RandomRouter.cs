using ProxyHelper.Addresses;

namespace ProxyHelper.Tests.Tables.Pf;

/// <summary>
/// Makes the states of a router with random connections, and what is true about each connection. Few users share few
/// ports and servers, so that most tuples differ in one value only.
/// </summary>
internal sealed class RandomRouter
{
    private static readonly TransportEndPoint _proxy = TransportEndPoint.Parse("198.51.100.9:9199");
    private static readonly TransportEndPoint _ownProxy = TransportEndPoint.Parse("127.0.0.1:8025");

    private readonly Random _random;
    private readonly List<PrintedState> _states = [];
    private readonly Dictionary<SeenTuple, OriginalTuple?> _truth = [];
    private readonly HashSet<SeenTuple> _used = [];
    private ushort _nextPort = 20000;

    /// <summary>Makes the connections.</summary>
    public RandomRouter(int seed, int connections)
    {
        _random = new Random(seed);
        for (int i = 0; i < connections; i++)
        {
            AddConnection();
        }

        States = [.. _states];
        _random.Shuffle(States);
    }

    /// <summary>Gets the states, in any order.</summary>
    public PrintedState[] States { get; }

    /// <summary>
    /// Gets what the far host of each connection sees, with the right answer. The answer is null if the table does not
    /// prove it.
    /// </summary>
    public IReadOnlyDictionary<SeenTuple, OriginalTuple?> Truth => _truth;

    private void AddConnection()
    {
        string protocol = _random.Next(3) == 0 ? "udp" : "tcp";
        TransportEndPoint user = End($"10.1.1.{_random.Next(1, 20)}", 40000 + _random.Next(20));
        TransportEndPoint server = End($"192.0.2.{_random.Next(1, 6)}", _random.Next(2) == 0 ? 25 : 443);
        if (!_used.Add(new SeenTuple(protocol, user, server)))
        {
            return; // A user has one connection from a port to a server.
        }

        switch (_random.Next(12))
        {
            case 0:
                AddOwnConnection(protocol, server);
                break;
            case 1:
                AddLocal(protocol, user, server);
                break;
            case 2:
                AddForwarded(protocol, End($"198.51.100.{_random.Next(70, 80)}", 33000 + _random.Next(2000)));
                break;
            case 3:
                AddRedirectedTwice(protocol, user);
                break;
            default:
                AddThrough(protocol, user, server);
                break;
        }
    }

    // Through the router: the inside interface may redirect, and the outside interface may translate the source.
    private void AddThrough(string protocol, TransportEndPoint user, TransportEndPoint server)
    {
        TransportEndPoint destination = server.Port == 25 && _random.Next(3) > 0 ? _proxy : server;
        if (!_used.Add(new SeenTuple("middle " + protocol, user, destination)))
        {
            return; // pf has no second floating state with this key.
        }

        TransportEndPoint source = _random.Next(5) == 0 ? user : NextPublicEnd();
        PrintedState inside = State(protocol, isOut: false, user, server, user, destination);
        PrintedState outside = State(protocol, isOut: true, user, destination, source, destination);
        bool isListed = _random.Next(8) > 0;
        if (isListed)
        {
            _states.Add(inside);
        }

        bool isAmbiguous = isListed && destination == _proxy && _random.Next(8) == 0;
        if (isAmbiguous)
        {
            _states[^1] = inside with { Interface = "em1" };
            _states.Add(inside with
            {
                Interface = "em2", OriginalDestination = End("192.0.2.250", 25), State = "TIME_WAIT:TIME_WAIT",
            });
        }

        _states.Add(outside);
        Expect(
            protocol, source, destination, isListed && !isAmbiguous ? new OriginalTuple(user, server) : null);
        if (source != user)
        {
            Expect(protocol, user, destination, null); // the tuple between the states
        }
    }

    // The router's own connection has no in-state, so it is not proven that nothing was redirected.
    private void AddOwnConnection(string protocol, TransportEndPoint server)
    {
        TransportEndPoint own = NextPublicEnd();
        _states.Add(State(protocol, isOut: true, own, server, own, server));
        Expect(protocol, own, server, null);
    }

    private void AddLocal(string protocol, TransportEndPoint user, TransportEndPoint server)
    {
        if (!_used.Add(new SeenTuple("middle " + protocol, user, _ownProxy)))
        {
            return;
        }

        _states.Add(State(protocol, isOut: false, user, server, user, _ownProxy));
        Expect(protocol, user, _ownProxy, new OriginalTuple(user, server));
    }

    // A port of the router that leads to a server inside. The inside interface does not translate.
    private void AddForwarded(string protocol, TransportEndPoint client)
    {
        TransportEndPoint router = End("203.0.113.1", 8080);
        TransportEndPoint server = End("10.1.1.80", 80);
        if (!_used.Add(new SeenTuple("middle " + protocol, client, server)))
        {
            return;
        }

        _states.Add(State(protocol, isOut: false, client, router, client, server));
        _states.Add(State(protocol, isOut: true, client, server, client, server));
        Expect(protocol, client, server, new OriginalTuple(client, router));
    }

    // Out over the loopback interface with another source, and in again to a proxy: the second state alone would give
    // the wrong source.
    private void AddRedirectedTwice(string protocol, TransportEndPoint user)
    {
        TransportEndPoint source = End("127.0.0.1", NextPort());
        TransportEndPoint server = End("198.51.100.243", 443);
        TransportEndPoint proxy = End("127.0.0.1", 12080);
        if (!_used.Add(new SeenTuple("middle " + protocol, user, server)))
        {
            return;
        }

        _states.Add(State(protocol, isOut: true, user, server, source, server));
        _states.Add(State(protocol, isOut: false, source, server, source, proxy));
        Expect(protocol, source, proxy, null);
        Expect(protocol, source, server, null);
    }

    private void Expect(
        string protocol, TransportEndPoint source, TransportEndPoint destination, OriginalTuple? answer) =>
        _truth[new SeenTuple(protocol, source, destination)] = answer;

    private TransportEndPoint NextPublicEnd() => End("203.0.113.1", NextPort());

    private ushort NextPort() => _nextPort++;

    private static PrintedState State(
        string protocol,
        bool isOut,
        TransportEndPoint originalSource,
        TransportEndPoint originalDestination,
        TransportEndPoint translatedSource,
        TransportEndPoint translatedDestination) => new()
        {
            Interface = "all",
            Protocol = protocol,
            IsOut = isOut,
            OriginalSource = originalSource,
            OriginalDestination = originalDestination,
            TranslatedSource = translatedSource,
            TranslatedDestination = translatedDestination,
            State = protocol == "tcp" ? "ESTABLISHED:ESTABLISHED" : "MULTIPLE:MULTIPLE",
        };

    private static TransportEndPoint End(string address, int port) => TransportEndPoint.Parse($"{address}:{port}");
}

/// <summary>Represents the tuple that the far host of a connection sees.</summary>
internal readonly record struct SeenTuple(string Protocol, TransportEndPoint Source, TransportEndPoint Destination);

/// <summary>Represents the ends of a connection before the router translated them.</summary>
internal readonly record struct OriginalTuple(TransportEndPoint Source, TransportEndPoint Destination);
