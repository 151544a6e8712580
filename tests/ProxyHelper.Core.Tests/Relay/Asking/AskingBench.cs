using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Linux.Entropy;
using ProxyHelper.Relay;
using ProxyHelper.Relay.Asking;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Access;
using Xunit;

namespace ProxyHelper.Tests.Relay.Asking;

/// <summary>
/// Contains the queries of a worker in a network namespace that has the addresses of the proxy and of two routers.
/// </summary>
internal sealed class AskingBench : IDisposable
{
    public const string Router = "194.0.1.1";
    public const string OtherRouter = "194.0.1.2";
    public const string Proxy = "194.0.22.9";

    private const int Patience = 60_000; // milliseconds; the events happen at once

    private readonly RelayCounters _counters = new();
    private readonly Dictionary<int, LinuxSocket> _sockets = [];

    private AskingBench(int maxQueries)
    {
        var sockets = new HelperSocketTable(
            HelperSocketTable.OpenerFor(ManualHelper.Port),
            (socket, index) =>
            {
                Assert.True(!_sockets.TryGetValue(index, out LinuxSocket? old) || old.IsClosed);
                _sockets[index] = socket;
                NewestIndex = index;
                SocketsOpened++;
            });
        Queries = new HelperQueries(sockets, maxQueries, _counters, Clock, new RandomNumbers());
    }

    public VirtualClock Clock { get; } = new();

    public HelperQueries Queries { get; }

    /// <summary>Gets the number of sockets that were opened.</summary>
    public int SocketsOpened { get; private set; }

    /// <summary>Gets the index of the newest socket.</summary>
    public int NewestIndex { get; private set; }

    /// <summary>Gets the number of sockets that are open.</summary>
    public int SocketsOpen => _sockets.Values.Count(socket => !socket.IsClosed);

    /// <summary>Gets the counts.</summary>
    public RelayCounts Counts => RelayCounters.Sum([_counters]);

    /// <summary>Runs a test in its network namespace.</summary>
    public static void Run(Action<AskingBench> test, int maxQueries = 10) => NetworkNamespace.Run(
        () =>
        {
            using var bench = new AskingBench(maxQueries);
            test(bench);
        },
        Router,
        OtherRouter,
        Proxy);

    /// <summary>Asks about a connection from a router. The port is that of the router's end.</summary>
    public RelayOutcome? Ask(int place, ushort port = 20_119, string router = Router, string accepting = Proxy) =>
        Queries.Ask(place, At(router, port), At(accepting, 9199));

    /// <summary>Waits until a socket has something, and takes it.</summary>
    public void Receive(int index = 0)
    {
        Assert.True(new PollSet(_sockets[index]).Wait(Patience));
        Queries.Receive(index);
    }

    /// <summary>Lets time pass, and lets the queries act on it.</summary>
    public void Pass(double seconds)
    {
        Clock.Advance(TimeSpan.FromSeconds(seconds));
        Queries.Advance();
    }

    /// <summary>Returns the only answer, and clears the list.</summary>
    public RelayAnswer TakeAnswer()
    {
        RelayAnswer answer = Assert.Single(Queries.Answers);
        Queries.Answers.Clear();
        return answer;
    }

    /// <summary>Checks that a number of datagrams was ignored, and that no answer came.</summary>
    public void AssertIgnored(int datagrams)
    {
        Assert.Empty(Queries.Answers);
        Assert.Equal(datagrams, Counts[RelayOutcome.IgnoredReply]);
    }

    public void Dispose() => Queries.Dispose();

    private static TransportEndPoint At(string address, ushort port) => new(IPv4Address.Parse(address), port);
}
