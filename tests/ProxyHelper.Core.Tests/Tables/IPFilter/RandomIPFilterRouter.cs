using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tests.Tables.IPFilter;

/// <summary>
/// Makes the sessions of a router with random connections, and what is true about each connection. Few users share few
/// ports and servers, so that most ends differ in one value only.
/// </summary>
internal sealed class RandomIPFilterRouter
{
    private static readonly TransportEndPoint _proxy = End("198.51.100.9", 9199);

    private readonly Random _random;
    private readonly List<PrintedSession> _sessions = [];
    private readonly HashSet<MappingQuery> _used = [];
    private int _nextPort = 20000;

    /// <summary>Makes the connections.</summary>
    public RandomIPFilterRouter(int seed, int connections)
    {
        _random = new Random(seed);
        AddRedirectedAlone(IPProtocol.Tcp, End("10.1.1.250", 40000), End("192.0.2.250", 25));
        AddRedirectedAlone(IPProtocol.Udp, End("10.1.1.250", 40000), End("192.0.2.250", 25));
        for (int number = 0; number < connections; number++)
        {
            AddConnection();
        }

        Sessions = [.. _sessions];
        _random.Shuffle(Sessions);
    }

    /// <summary>Gets the sessions, in any order.</summary>
    public PrintedSession[] Sessions { get; }

    /// <summary>
    /// Gets what the far host of each connection sees, with the right original ends. They are null if the table does
    /// not prove them.
    /// </summary>
    public Dictionary<MappingQuery, (TransportEndPoint Source, TransportEndPoint Destination)?> Truth { get; } = [];

    private void AddConnection()
    {
        IPProtocol protocol = _random.Next(3) == 0 ? IPProtocol.Udp : IPProtocol.Tcp;
        TransportEndPoint user = End($"10.1.1.{_random.Next(1, 20)}", 40000 + _random.Next(20));
        TransportEndPoint server = End($"192.0.2.{_random.Next(1, 6)}", _random.Next(2) == 0 ? 25 : 443);
        bool isProxied = server.Port == 25;
        TransportEndPoint destination = isProxied ? _proxy : server;
        if (!_used.Add(new MappingQuery(protocol, user, server))
            || (isProxied && !_used.Add(new MappingQuery(protocol, user, destination))))
        {
            return; // A user has one connection from a port to a server, and the router one to the proxy.
        }

        switch (_random.Next(10))
        {
            case 0 when isProxied:
                AddRedirectedAlone(protocol, user, server);
                break;
            case 1 when isProxied:
                AddRewritten(protocol, user, server);
                break;
            case 2:
                AddToPublishedServer(protocol, End($"198.51.100.{_random.Next(70, 80)}", NextPort()));
                break;
            default:
                AddMapped(protocol, user, server, destination);
                break;
        }
    }

    // The users of the rule for both directions have a public address of their own.
    private void AddMapped(
        IPProtocol protocol, TransportEndPoint user, TransportEndPoint server, TransportEndPoint destination)
    {
        bool isBoth = _random.Next(5) == 0;
        TransportEndPoint source = isBoth ? End("203.0.113.80", NextPort()) : End("203.0.113.1", NextPort());
        int fate = _random.Next(10);
        bool isRedirected = destination != server;
        bool isOrphan = fate == 0;
        if (isRedirected && fate != 1)
        {
            _sessions.Add(Session("RDR", protocol, user, server, user, destination) with
            {
                Marks = fate == 2 ? " ORPHAN" : string.Empty,
            });
        }

        if (isRedirected && fate == 3)
        {
            _sessions.Add(Session("RDR", protocol, user, End("192.0.2.251", 25), user, destination));
        }

        _sessions.Add(Session(isBoth ? "BIMAP" : "MAP", protocol, user, destination, source, destination) with
        {
            Marks = isOrphan ? " ORPHAN" : string.Empty,
        });
        bool isProven = !isOrphan && (!isRedirected || fate is not (1 or 2 or 3));
        Truth[new MappingQuery(protocol, source, destination)] = isProven ? (user, server) : null;
        Truth[new MappingQuery(protocol, user, destination)] = null; // exists only inside the router
    }

    private void AddRedirectedAlone(IPProtocol protocol, TransportEndPoint user, TransportEndPoint server)
    {
        _sessions.Add(Session("RDR", protocol, user, server, user, _proxy));
        Truth[new MappingQuery(protocol, user, _proxy)] = (user, server);
    }

    // A rewriting rule translates both ends where the packets enter. The source can be translated once more.
    private void AddRewritten(IPProtocol protocol, TransportEndPoint user, TransportEndPoint server)
    {
        TransportEndPoint source = End("203.0.113.2", NextPort());
        _sessions.Add(Session("RWR-RDR", protocol, user, server, source, _proxy));
        if (_random.Next(2) == 0)
        {
            Truth[new MappingQuery(protocol, source, _proxy)] = (user, server);
            return;
        }

        TransportEndPoint last = End("203.0.113.3", NextPort());
        _sessions.Add(Session("MAP", protocol, source, _proxy, last, _proxy));
        Truth[new MappingQuery(protocol, last, _proxy)] = (user, server);
        Truth[new MappingQuery(protocol, source, _proxy)] = null;
    }

    private void AddToPublishedServer(IPProtocol protocol, TransportEndPoint client)
    {
        TransportEndPoint router = End("203.0.113.80", 80);
        TransportEndPoint server = End("10.1.1.80", 80);

        // The line is the same as that of a connection from the server to the client.
        _sessions.Add(Session("BIMAP", protocol, server, client, router, client));
        Truth[new MappingQuery(protocol, client, server)] = (client, router);
    }

    private int NextPort() => _nextPort++;

    private static PrintedSession Session(
        string type,
        IPProtocol protocol,
        TransportEndPoint originalSource,
        TransportEndPoint originalDestination,
        TransportEndPoint translatedSource,
        TransportEndPoint translatedDestination) => new()
        {
            Type = type,
            Protocol = protocol,
            ProtocolName = ProtocolText.Describe(protocol),
            OriginalSource = originalSource,
            OriginalDestination = originalDestination,
            TranslatedSource = translatedSource,
            TranslatedDestination = translatedDestination,
        };

    private static TransportEndPoint End(string address, int port) => TransportEndPoint.Parse($"{address}:{port}");
}
