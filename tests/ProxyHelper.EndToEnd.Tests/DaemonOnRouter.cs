using System.Net;
using System.Net.Sockets;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Starts the daemon on the router and exchanges datagrams with it.</summary>
internal static class DaemonOnRouter
{
    private static readonly IPEndPoint _daemon = IPEndPoint.Parse("194.0.1.1:114");

    /// <summary>
    /// Starts a daemon on 194.0.1.1:114 and waits until it answers queries. The address was just added, so the daemon
    /// would have a failover grace.
    /// </summary>
    public static async Task<RunningProgram> StartAsync(
        RouterNetwork network, PublishedDaemon daemon, params string[] arguments)
    {
        RunningProgram program = Begin(network, daemon, ["-I", "194.0.1.1", "--failover-grace", "0", .. arguments]);
        try
        {
            await program.AwaitAsync("Listening on UDP 194.0.1.1:114");
            return program;
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    /// <summary>Starts a daemon and does not wait.</summary>
    public static RunningProgram Begin(RouterNetwork network, PublishedDaemon daemon, params string[] arguments)
    {
        string program = daemon.Program;
        return network.Router.Run(() => RunningProgram.Start(program, arguments));
    }

    /// <summary>Adds conntrack entries on the router.</summary>
    public static void Track(RouterNetwork network, params ConntrackFlow[] flows) => network.Router.Run(() =>
    {
        using ConntrackFixture table = ConntrackFixture.Open();
        table.Add(flows);
    });

    /// <summary>Opens a socket on the proxy that receives datagrams of the daemon only.</summary>
    public static Socket OpenProxySocket(RouterNetwork network)
    {
        Socket socket = network.Proxy.OpenSocket(IPEndPoint.Parse("194.0.22.9:0"), SocketType.Dgram);
        socket.Connect(_daemon);
        return socket;
    }

    /// <summary>Asks about <see cref="TrackedConnection"/> and expects that the daemon finds the connection.</summary>
    public static async Task AssertAnswersAsync(RouterNetwork network, uint secret = 0)
    {
        using Socket proxy = OpenProxySocket(network);
        byte[] query = TrackedConnection.Query(secret);
        Assert.Equal(TrackedConnection.Found(query), await ExchangeAsync(proxy, query));
    }

    /// <summary>Sends a datagram and waits for the next datagram.</summary>
    public static async Task<byte[]> ExchangeAsync(Socket proxy, byte[] datagram)
    {
        await proxy.SendAsync(datagram, Patience.Token());
        return await ReceiveAsync(proxy);
    }

    /// <summary>Waits for a datagram.</summary>
    public static async Task<byte[]> ReceiveAsync(Socket proxy)
    {
        byte[] buffer = new byte[256];
        int length = await proxy.ReceiveAsync(buffer, Patience.Token());
        return buffer[..length];
    }
}
