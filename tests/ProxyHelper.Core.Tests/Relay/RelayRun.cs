using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Relay;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Relay;

/// <summary>
/// Runs a relay between users and a target in a network namespace of its own. The users come from the router 194.0.1.1,
/// which has a scripted helper, to 194.0.22.9:9199. The target listens on 127.0.0.1:3128.
/// </summary>
internal sealed class RelayRun : IDisposable
{
    public const string Router = "194.0.1.1";

    private const int Patience = 60_000; // milliseconds; everything arrives at once unless the machine is busy

    private readonly Socket _target = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private RelayRun(RelayOptions options, RelayRules rules)
    {
        Helper = new ScriptedHelper(Router);
        _target.Bind(Options.Target.EndPoint!);
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
        NetworkNamespace.Run(
            () =>
            {
                using var run = new RelayRun(options ?? Options, rules ?? Rules);
                body(run);
            },
            Router,
            "194.0.22.9",
            "194.0.1.2");

    /// <summary>Connects a user.</summary>
    public static Socket Connect(string router = Router)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveTimeout = Patience,
            SendTimeout = Patience,
            NoDelay = true,
        };
        socket.Bind(new IPEndPoint(IPAddress.Parse(router), 0));
        socket.Connect(Options.Listen[0]);
        return socket;
    }

    /// <summary>Returns the next connection of the relay to the target, without its header.</summary>
    /// <param name="user">The user, whose port the header must have.</param>
    public Socket Accept(Socket user)
    {
        Assert.True(_target.Poll(Patience * 1000, SelectMode.SelectRead), "The relay does not connect to the target.");
        Socket accepted = _target.Accept();
        accepted.ReceiveTimeout = accepted.SendTimeout = Patience;
        byte[] header = Receive(accepted, 47);
        Assert.Equal("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x1f"u8, header.AsSpan(0, 16));
        Assert.Equal([10, 1, 1, 1, 4, 1, 1, 1], header[16..24]);
        int port = ((IPEndPoint)user.LocalEndPoint!).Port;
        Assert.Equal([(byte)(port >> 8), (byte)port, 0, 80], header[24..28]);
        return accepted;
    }

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
        SpinWait.SpinUntil(() => condition(Relay.Counts), Patience), $"The relay has other counts.");

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

    public void Dispose()
    {
        Relay.Dispose();
        _target.Dispose();
        Helper.Dispose();
    }
}
