using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Relay;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Relay;

/// <summary>
/// Runs a relay between users and a target in a network namespace of its own. The users come from the router 194.0.1.1,
/// which has a scripted helper, to 194.0.22.9:9199. The target listens on 127.0.0.1:3128, or on a Unix socket.
/// </summary>
internal sealed class RelayRun : IDisposable
{
    public const string Router = "194.0.1.1";

    private const int Patience = 60_000; // milliseconds; everything arrives at once unless the machine is busy

    private readonly EndPoint _targetAddress;
    private readonly Socket _target;

    private RelayRun(RelayOptions options, RelayRules rules)
    {
        Helper = new ScriptedHelper(Router);
        _targetAddress = options.Target.Path is { } path
            ? new UnixDomainSocketEndPoint(path)
            : options.Target.EndPoint!;
        _target = NewSocket(_targetAddress.AddressFamily);
        _target.Bind(_targetAddress);
        _target.Listen();
        Relay = ProxyRelay.Start(options, rules);
    }

    public static RelayOptions Options { get; } = new()
    {
        Listen = [IPEndPoint.Parse("194.0.22.9:9199")],
        Target = RelayTarget.At(IPEndPoint.Parse("127.0.0.1:3128")),
    };

    public static RelayRules Rules { get; } = new() { Routers = [EndPointPattern.Parse(Router)] };

    public ProxyRelay Relay { get; }

    public ScriptedHelper Helper { get; }

    /// <summary>Runs the body with a relay.</summary>
    public static void In(Action<RelayRun> body, RelayOptions? options = null, RelayRules? rules = null) =>
        In(body, () => options ?? Options, rules);

    /// <summary>Runs the body with a relay.</summary>
    /// <param name="body">The body.</param>
    /// <param name="prepare">Returns the options of the relay. The method runs in the namespace.</param>
    /// <param name="rules">The rules of the relay.</param>
    public static void In(Action<RelayRun> body, Func<RelayOptions> prepare, RelayRules? rules = null) =>
        NetworkNamespace.Run(
            () =>
            {
                using var run = new RelayRun(prepare(), rules ?? Rules);
                body(run);
            },
            Router,
            "194.0.22.9",
            "194.0.1.2");

    /// <summary>Connects a user.</summary>
    public static Socket Connect(string router = Router)
    {
        Socket socket = NewUser(router);
        socket.Connect(Options.Listen[0]);
        return socket;
    }

    /// <summary>Makes the socket of a user that is not connected yet.</summary>
    public static Socket NewUser(string router = Router)
    {
        Socket socket = NewSocket();
        socket.Bind(new IPEndPoint(IPAddress.Parse(router), 0));
        return socket;
    }

    /// <summary>Makes the socket of a user or a target. Its calls end when a test hangs.</summary>
    public static Socket NewSocket(AddressFamily family = AddressFamily.InterNetwork) =>
        new(family, SocketType.Stream, family == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp)
        {
            ReceiveTimeout = Patience,
            SendTimeout = Patience,
        };

    /// <summary>Lets the target refuse connections from now on.</summary>
    public void CloseTarget() => _target.Dispose();

    /// <summary>Fills the queue of the target, which accepts nothing.</summary>
    /// <returns>The end of the connection that fills the queue. The target accepts it first.</returns>
    public Socket FillTarget()
    {
        _target.Listen(0); // one connection fits
        Socket filler = NewSocket(_targetAddress.AddressFamily);
        filler.Connect(_targetAddress);
        return filler;
    }

    /// <summary>Empties the queue of the target.</summary>
    public void EmptyTarget() => _target.Accept().Dispose();

    /// <summary>Returns the next connection of the relay to the target, without its header.</summary>
    /// <param name="user">The user, whose port the header must have.</param>
    public Socket Accept(Socket user)
    {
        Assert.True(HasConnection(Patience), $"The relay does not connect to the target. {Describe()}");
        Socket accepted = _target.Accept();
        accepted.ReceiveTimeout = accepted.SendTimeout = Patience;
        byte[] header = Receive(accepted, 47);
        Assert.Equal("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x1f"u8, header.AsSpan(0, 16));
        Assert.Equal([10, 1, 1, 1, 4, 1, 1, 1], header[16..24]);
        int port = ((IPEndPoint)user.LocalEndPoint!).Port;
        Assert.Equal([(byte)(port >> 8), (byte)port, 0, 80], header[24..28]);
        return accepted;
    }

    /// <summary>Accepts the next connection of the relay, and ends it.</summary>
    public bool AcceptAny()
    {
        _target.Accept().Dispose();
        return true;
    }

    /// <summary>Returns whether a connection reaches the target within a time.</summary>
    public bool HasConnection(int milliseconds) => _target.Poll(milliseconds * 1000, SelectMode.SelectRead);

    /// <summary>Connects a user, and returns both ends of the relayed connection.</summary>
    public (Socket User, Socket Target) Open()
    {
        Socket user = Connect();
        user.Send("hello"u8);
        Socket target = Accept(user);
        Assert.Equal("hello"u8, Receive(target, 5));
        return (user, target);
    }

    /// <summary>Waits until a condition of the relay is true.</summary>
    public void Await(Func<RelayCounts, bool> condition) => Assert.True(
        SpinWait.SpinUntil(() => condition(Relay.Counts), Patience), $"The relay has other counts. {Describe()}");

    /// <summary>Lets the thread of the relay wait while it writes a notice.</summary>
    /// <param name="cause">Causes the notice.</param>
    /// <returns>The signal that lets the thread go on.</returns>
    public ManualResetEventSlim HoldThread(Action cause)
    {
        var goesOn = new ManualResetEventSlim();
        using var isBusy = new ManualResetEventSlim();
        Relay.WhenNoticed(() =>
        {
            if (!goesOn.IsSet)
            {
                isBusy.Set();
                goesOn.Wait(TestSupport.Patience.Token());
            }
        });
        cause();
        isBusy.Wait(TestSupport.Patience.Token());
        Relay.WhenNoticed(() => { });
        return goesOn;
    }

    /// <summary>Receives exactly a number of bytes.</summary>
    public static byte[] Receive(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        int length = 0;
        while (length < count)
        {
            int received = socket.Receive(bytes.AsSpan(length));
            Assert.True(received > 0, $"The connection ended after {length} of {count} bytes.");
            length += received;
        }

        return bytes;
    }

    /// <summary>Checks that the other side has ended sending.</summary>
    public static void AssertEnd(Socket socket)
    {
        Span<byte> one = stackalloc byte[1];
        Assert.Equal(0, socket.Receive(one));
    }

    /// <summary>Checks that the other side resets the connection.</summary>
    public static void AssertReset(Socket socket)
    {
        var failure = Assert.Throws<SocketException>(() => socket.Receive(new byte[1].AsSpan()));
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
    }

    private string Describe()
    {
        RelayCounts counts = Relay.Counts;
        IEnumerable<string> outcomes = RelayOutcomes.All.Where(row => counts[row.Outcome] > 0)
            .Select(row => $"{row.Outcome} {counts[row.Outcome]}");
        return $"Accepted {counts.Accepted}, open {counts.Open}, queries {counts.Queries}, "
            + $"{counts.BytesUp} up, {counts.BytesDown} down; {string.Join(", ", outcomes)}. "
            + Relay.LastFault?.Message;
    }

    public void Dispose()
    {
        Relay.Dispose();
        _target.Dispose();
        Helper.Dispose();
    }
}
