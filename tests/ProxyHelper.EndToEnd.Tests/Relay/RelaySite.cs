using System.Collections.Concurrent;
using System.Net;
using ProxyHelper.EndToEnd.Relay.Receivers;
using ProxyHelper.TestSupport.Relay;

namespace ProxyHelper.EndToEnd.Relay;

/// <summary>Represents the whole set-up of docs/relay.md: users, router, helper, relay, receiver and servers.</summary>
internal sealed class RelaySite : IDisposable
{
    private const int FirstPort = 20_000; // of the users
    private const int Parallel = 50;

    private readonly List<IDisposable> _parts = [];

    private RelaySite(RelayNetwork network)
    {
        Network = network;
        _parts.Add(network);
    }

    /// <summary>Gets the hosts.</summary>
    public RelayNetwork Network { get; }

    /// <summary>Gets the servers.</summary>
    public WebServers Servers { get; private set; } = null!;

    /// <summary>Gets the relay.</summary>
    public RunningProgram Relay { get; private set; } = null!;

    /// <summary>Gets the receiver.</summary>
    public Receiver Receiver { get; private set; } = null!;

    /// <summary>Starts the servers and the helper, without a relay.</summary>
    /// <param name="daemon">The program of the helper.</param>
    /// <param name="table">The table of docs/relay.md that the router loads.</param>
    public static async Task<RelaySite> OpenAsync(PublishedDaemon daemon, string table = "web_gateway")
    {
        var site = new RelaySite(RelayNetwork.Create(DocumentedRules.Read("docs/relay.md", "nft", table).Text));
        try
        {
            site._parts.Add(site.Servers = WebServers.Start(site.Network));
            site._parts.Add(NameServer.Start(site.Network));
            site._parts.Add(await RelayPrograms.StartHelperAsync(site.Network, daemon));
            return site;
        }
        catch
        {
            site.Dispose();
            throw;
        }
    }

    /// <summary>Starts the servers, the helper, a receiver, and a relay to the receiver.</summary>
    public static async Task<RelaySite> StartAsync(
        PublishedDaemon daemon, ReceiverKind kind, params string[] arguments)
    {
        RelaySite site = await OpenAsync(daemon);
        try
        {
            site._parts.Add(site.Receiver = await Receiver.StartAsync(site.Network, kind));
            site._parts.Add(site.Relay = await RelayPrograms.StartRelayAsync(
                site.Network, daemon, site.Receiver.Target, arguments));
            return site;
        }
        catch
        {
            site.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Lets both users connect to all servers, 50 connections at the same time, and send one request each.
    /// </summary>
    /// <param name="count">The number of connections.</param>
    /// <param name="isEncrypted">Whether connections to port 443 are TLS.</param>
    /// <returns>The connections with the replies of the servers.</returns>
    public async Task<IReadOnlyCollection<WebVisit>> VisitAsync(int count, bool isEncrypted)
    {
        var visits = new ConcurrentQueue<WebVisit>();
        await System.Threading.Tasks.Parallel.ForAsync(
            0, count, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, async (number, _) =>
            {
                using WebUser user = await ConnectAsync(number, isEncrypted);
                visits.Enqueue(await VisitAsync(user, isLast: true));
            });
        return visits;
    }

    /// <summary>Opens connections of both users to all servers. The connections stay open.</summary>
    public async Task<WebUser[]> ConnectAsync(int count)
    {
        WebUser[] users = await Task.WhenAll(
            Enumerable.Range(0, count).Select(number => ConnectAsync(number, isEncrypted: false)));
        _parts.AddRange(users);
        return users;
    }

    /// <summary>Sends one request over a connection and returns what the user got.</summary>
    public static async Task<WebVisit> VisitAsync(WebUser user, bool isLast = false) =>
        new(user.Source, user.Server, user.Issuer, await user.GetAsync(HostOf(user.Server), isLast));

    /// <summary>Opens the connection with a number. Two users with the same port connect to the same server.</summary>
    private Task<WebUser> ConnectAsync(int number, bool isEncrypted)
    {
        int pair = number / 2;
        IPEndPoint server = WebServers.EndPoints[pair % WebServers.EndPoints.Count];
        var source = new IPEndPoint(IPAddress.Parse(RelayNetwork.UserAddresses[number % 2]), FirstPort + pair);
        return WebUser.ConnectAsync(Network, source, server, isEncrypted && server.Port == 443);
    }

    /// <summary>Returns the Host header of requests to a server.</summary>
    private static string HostOf(IPEndPoint server)
    {
        int number = RelayNetwork.ServerAddresses.ToList().IndexOf(server.Address.ToString());
        string port = server.Port == 80 ? string.Empty : $":{server.Port}";
        return $"{NameServer.Names[number]}.example{port}";
    }

    /// <inheritdoc/>
    public void Dispose() => Enumerable.Reverse(_parts).ToList().ForEach(part => part.Dispose());
}
