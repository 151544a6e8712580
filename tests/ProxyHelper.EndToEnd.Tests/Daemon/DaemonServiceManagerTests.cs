using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using ProxyHelper.EndToEnd.Load;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>
/// Tests the daemon under a service manager. The test takes the part of systemd, with the same sockets and environment
/// variables.
/// </summary>
public sealed class DaemonServiceManagerTests(PublishedDaemon daemon)
{
    private const int QueuesPerWorker = 9;

    private static readonly byte[] _query = TrackedConnection.Query();

    private static readonly byte[] _reply = TrackedConnection.Found(_query);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Promise", "watchdog")]
    public async Task The_daemon_notifies_the_service_manager_of_each_state(bool isAbstract)
    {
        using var network = RouterNetwork.Create();
        string path = daemon.NewPath();
        using Socket manager = network.Router.Run(
            () => new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified));
        manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? $"\0{path}" : path));
        string program = daemon.Program;
        using RunningProgram running = network.Router.Run(() => RunningProgram.Start(
            $"NOTIFY_SOCKET={(isAbstract ? "@" : string.Empty)}{path}", "WATCHDOG_USEC=2000000",
            program, "-I", "194.0.1.1"));

        string ready = await ReceiveNextAsync(manager, except: "WATCHDOG=1");
        Assert.Equal("READY=1\nSTATUS=Listening on UDP 194.0.1.1:114.", ready);
        Assert.Equal("WATCHDOG=1", await ReceiveNextAsync(manager, except: "READY=1"));

        running.Signal(PosixSignal.SIGHUP);
        Assert.Matches(@"^RELOADING=1\nMONOTONIC_USEC=\d+$", await ReceiveNextAsync(manager, except: "WATCHDOG=1"));
        Assert.Equal(ready, await ReceiveNextAsync(manager, except: "WATCHDOG=1"));

        running.Signal(PosixSignal.SIGTERM);
        Assert.Equal("STOPPING=1", await ReceiveNextAsync(manager, except: "WATCHDOG=1"));
        Assert.Equal(0, await running.ExitAsync());
        while (manager.Available > 0)
        {
            Assert.Equal("WATCHDOG=1", await ReceiveNextAsync(manager, except: string.Empty)); // no second STOPPING=1
        }
    }

    [Fact]
    public async Task A_log_line_for_the_journal_starts_with_its_priority()
    {
        using var network = RouterNetwork.Create();
        string program = daemon.Program;

        // JOURNAL_STREAM names the standard error, as systemd sets it.
        using RunningProgram running = network.Router.Run(() => RunningProgram.Start(
            "bash", "-c", "export JOURNAL_STREAM=0:$(readlink /proc/self/fd/2 | tr -dc 0-9); exec \"$0\" \"$@\"",
            program, "-I", "194.0.1.1", "--allow", "10.9.9.9"));
        await running.AwaitAsync("<5>Listening on UDP 194.0.1.1:114.");
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        await proxy.SendAsync(_query, Patience.Token());

        await running.AwaitAsync("<4>Refused a query from 194.0.22.9");
        Assert.DoesNotContain("proxy-helper: ", running.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(QueuesPerWorker, 1)]
    [InlineData(2 * QueuesPerWorker, 2)]
    [InlineData(1, 1)]
    [Trait("Promise", "restart-with-systemd")]
    public async Task Restarts_under_load_lose_no_query_if_the_sockets_stay_open(int sockets, int workers)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        int[] kept = [.. Enumerable.Range(0, sockets).Select(_ => Bind(network.Router))];
        using var load = new QueryLoad(network, _query, _reply);
        try
        {
            for (int round = 0; round < 10; round++)
            {
                using RunningProgram program = StartWith(network, kept, workers);
                await program.AwaitAsync("Listening on UDP 194.0.1.1:114");
                using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
                await DaemonOnRouter.ExchangeAsync(proxy, _query);
                program.Signal(PosixSignal.SIGTERM);
                Assert.Equal(0, await program.ExitAsync());
            }

            using RunningProgram last = StartWith(network, kept, workers);
            await last.AwaitAsync("Listening on UDP 194.0.1.1:114");
            await load.EndAsync();
        }
        finally
        {
            Array.ForEach(kept, Descriptor.Close);
        }
    }

    [Fact]
    public async Task An_inherited_descriptor_that_is_not_a_socket_is_reported()
    {
        using var network = RouterNetwork.Create();
        string program = daemon.Program;

        using RunningProgram running = network.Router.Run(() => RunningProgram.Start(
            "bash", "-c", "exec 3</dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$0\"", program));

        Assert.Equal(1, await running.ExitAsync());
        Assert.Contains("ENOTSOCK", running.Output, StringComparison.Ordinal);
    }

    /// <summary>Binds a socket on the router. Programs that this process starts inherit the socket.</summary>
    private static int Bind(NetworkHost router) => router.Run(() =>
    {
        const int socketLevel = 1, reusePort = 15, timestamps = 35; // SOL_SOCKET, SO_REUSEPORT, SO_TIMESTAMPNS
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SetRawSocketOption(socketLevel, reusePort, BitConverter.GetBytes(1));
        socket.SetRawSocketOption(socketLevel, timestamps, BitConverter.GetBytes(1)); // Timestamping=ns in the unit
        socket.Bind(IPEndPoint.Parse("194.0.1.1:114"));
        return Descriptor.Duplicate(socket.SafeHandle);
    });

    private RunningProgram StartWith(RouterNetwork network, int[] sockets, int workers)
    {
        string program = daemon.Program;
        string passed = string.Join(
            ' ', sockets.Select((socket, i) => FormattableString.Invariant($"{i + 3}<&{socket}")));
        string closed = string.Join(' ', sockets.Select(socket => FormattableString.Invariant($"{socket}<&-")));
        string script =
            $"exec {passed}; exec {closed}; export LISTEN_PID=$$ LISTEN_FDS={sockets.Length}; exec \"$0\" \"$@\"";
        return network.Router.Run(() => RunningProgram.Start(
            "bash", "-c", script, program, "--max-delay", "60", "--workers", $"{workers}"));
    }

    private static async Task<string> ReceiveNextAsync(Socket manager, string except)
    {
        byte[] buffer = new byte[4096];
        while (true)
        {
            int length = await manager.ReceiveAsync(buffer, Patience.Token());
            string message = Encoding.UTF8.GetString(buffer, 0, length);
            if (!message.StartsWith(except, StringComparison.Ordinal))
            {
                return message;
            }
        }
    }
}
