using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests that a service manager that is busy or absent neither misses the daemon nor ends it.</summary>
public sealed class DaemonNotificationTests(PublishedDaemon daemon)
{
    private const string Failure = "does not receive notifications";

    private static readonly byte[] _query = TrackedConnection.Query();

    [Theory]
    [InlineData("")]
    [InlineData("WATCHDOG_USEC=300000")]
    [Trait("Promise", "blocked-log")]
    public async Task Ready_is_sent_until_a_full_queue_takes_it(string watchdog)
    {
        using var network = RouterNetwork.Create();
        string path = daemon.NewPath();
        using Socket manager = Bind(path);
        int waiting = Fill(path);
        using RunningProgram program = Start(network, path, watchdog);
        await program.AwaitAsync("Listening on UDP 194.0.1.1:114");
        await AssertAnswersAsync(network);
        await program.AwaitAsync($"NOTIFY_SOCKET={path} {Failure}");
        program.Signal(PosixSignal.SIGHUP); // the answers of the reload are lost in no case
        await program.AwaitAsync("The configuration was reloaded.");

        List<string> messages = [];
        while (!messages.Exists(message => message.StartsWith("READY=1\n", StringComparison.Ordinal)))
        {
            messages.Add(await ReceiveAsync(manager));
        }

        Assert.Equal(waiting, messages.Count(message => message == "filler"));
        await program.AwaitAsync("The service manager receives notifications again.");
        if (watchdog.Length > 0)
        {
            while (await ReceiveAsync(manager) != "WATCHDOG=1")
            {
            }
        }

        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await program.ExitAsync());
    }

    [Theory]
    [InlineData("vsock:2:1234")]
    [InlineData("vsock-stream:2:1234")]
    [InlineData("vsock:4294967295:4294967295")]
    [InlineData("relative/path")]
    [InlineData("/nosuch/notify")]
    [InlineData("/dev/null")]
    [InlineData("/")]
    [InlineData("@")]
    [InlineData("@nosuch-abstract-name")]
    [InlineData("/123456789/123456789/123456789/123456789/123456789/123456789/123456789/123456789/123456789/12345678")]
    [InlineData("\u00e4")]
    [Trait("Promise", "blocked-log")]
    public async Task A_service_manager_that_cannot_be_reached_is_logged_once_and_ends_nothing(string address)
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = Start(network, address, "WATCHDOG_USEC=100000");
        await program.AwaitAsync("Listening on UDP 194.0.1.1:114");
        await program.AwaitAsync(Failure);
        await AssertAnswersAsync(network);
        program.Signal(PosixSignal.SIGHUP);
        await program.AwaitAsync("The configuration was reloaded.");
        await AssertAnswersAsync(network);

        program.Signal(PosixSignal.SIGTERM);

        Assert.Equal(0, await program.ExitAsync());
        Assert.Equal(2, program.Output.Split(Failure).Length);
    }

    [Fact]
    public async Task An_empty_address_means_no_service_manager()
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = Start(network, string.Empty);
        await program.AwaitAsync("Listening on UDP 194.0.1.1:114");

        program.Signal(PosixSignal.SIGTERM);

        Assert.Equal(0, await program.ExitAsync());
        Assert.DoesNotContain(Failure, program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_manager_that_listens_later_is_notified()
    {
        using var network = RouterNetwork.Create();
        string path = daemon.NewPath();
        using RunningProgram program = Start(network, path);
        await program.AwaitAsync(Failure);

        using Socket manager = Bind(path);

        Assert.Equal("READY=1\nSTATUS=Listening on UDP 194.0.1.1:114.", await ReceiveAsync(manager));
    }

    [Theory]
    [InlineData("WATCHDOG_USEC=9223372036854775807")]
    [InlineData("WATCHDOG_USEC=18446744073709551615")]
    [InlineData("WATCHDOG_USEC=1")]
    [InlineData("WATCHDOG_USEC=x")]
    [InlineData("WATCHDOG_PID=x")]
    [InlineData("LISTEN_FDS=3")]
    [InlineData("LISTEN_PID=1")]
    public async Task Odd_variables_of_the_environment_end_nothing(string variable)
    {
        using var network = RouterNetwork.Create();
        string path = daemon.NewPath();
        using Socket manager = Bind(path);
        using RunningProgram program = Start(network, path, variable);
        await program.AwaitAsync("Listening on UDP 194.0.1.1:114");
        await AssertAnswersAsync(network);

        program.Signal(PosixSignal.SIGTERM);

        Assert.Equal(0, await program.ExitAsync());
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("99999999999")]
    public async Task A_number_of_inherited_sockets_that_cannot_be_read_is_an_error(string count)
    {
        string program = daemon.Program;
        using RunningProgram running = RunningProgram.Start(
            "bash", "-c", $"export LISTEN_PID=$$ LISTEN_FDS={count}; exec \"$0\" -I 127.0.0.1", program);

        Assert.Equal(1, await running.ExitAsync());
        Assert.Contains($"LISTEN_FDS is '{count}'", running.Output, StringComparison.Ordinal);
    }

    private RunningProgram Start(RouterNetwork network, string address, string variable = "")
    {
        string program = daemon.Program;
        string[] added = variable.Length > 0 ? [variable] : [];
        return network.Router.Run(() => RunningProgram.Start(
            "env", [$"NOTIFY_SOCKET={address}", .. added, program, "-I", "194.0.1.1"]));
    }

    private static Socket Bind(string path)
    {
        var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(path));
        return manager;
    }

    /// <summary>Sends datagrams until the queue is full (net.unix.max_dgram_qlen).</summary>
    private static int Fill(string path)
    {
        using var sender = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        sender.Connect(new UnixDomainSocketEndPoint(path));
        sender.Blocking = false;
        int sent = 0;
        while (true)
        {
            try
            {
                sender.Send("filler"u8);
                sent++;
            }
            catch (SocketException failure) when (failure.SocketErrorCode == SocketError.WouldBlock)
            {
                return sent;
            }
        }
    }

    private static async Task<string> ReceiveAsync(Socket manager)
    {
        byte[] buffer = new byte[4096];
        int length = await manager.ReceiveAsync(buffer, Patience.Token());
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static async Task AssertAnswersAsync(RouterNetwork network)
    {
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        Assert.Equal(QueryDatagram.Size, (await DaemonOnRouter.ExchangeAsync(proxy, _query)).Length);
    }
}
