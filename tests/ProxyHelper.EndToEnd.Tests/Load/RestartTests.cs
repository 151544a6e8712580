using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Xunit;

namespace ProxyHelper.EndToEnd.Load;

/// <summary>Tests stops and starts of the daemon while queries arrive.</summary>
public sealed class RestartTests(PublishedDaemon daemon)
{
    private static readonly byte[] _query = TrackedConnection.Query();

    [Theory]
    [InlineData]
    [InlineData("--workers", "2")]
    [Trait("Promise", "clean-stop")]
    public async Task Under_full_load_the_daemon_stops_at_once_and_frees_its_port(params string[] arguments)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string pidFile = daemon.NewPath();
        using var load = new Flood(network.Proxy, ["194.0.22.9"], _ => [_query]);
        for (int round = 0; round < 5; round++)
        {
            using RunningProgram program = await DaemonOnRouter.StartAsync(
                network, daemon, ["-p", pidFile, "--rate", "0", .. arguments]);
            await AssertAnswersAsync(network);

            program.Signal(PosixSignal.SIGTERM);

            Assert.Equal(0, await program.ExitAsync());
            Assert.False(File.Exists(pidFile));
        }
    }

    [Fact]
    [Trait("Promise", "clean-start")]
    public async Task After_a_kill_the_next_daemon_takes_the_port_and_the_pid_file()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string pidFile = daemon.NewPath();
        for (int round = 0; round < 5; round++)
        {
            using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "-p", pidFile);
            string written = await File.ReadAllTextAsync(pidFile, Patience.Token());
            Assert.Equal(program.Id.ToString(CultureInfo.InvariantCulture), written.Trim());
            await AssertAnswersAsync(network);

            program.Kill();

            Assert.NotEqual(0, await program.ExitAsync());
            Assert.True(File.Exists(pidFile)); // a killed process removes no file
        }
    }

    [Fact]
    [Trait("Promise", "no-late-reply")]
    public async Task Stop_and_continue_signals_lose_no_query()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        for (int i = 0; i < 1000; i++)
        {
            program.Pause();
            await proxy.SendAsync(_query, Patience.Token());
            program.Resume();
            Assert.Equal(QueryDatagram.Size, (await DaemonOnRouter.ReceiveAsync(proxy)).Length);
        }
    }

    /// <summary>Repeats a query until a reply arrives. The flood of the same host may fill the queue.</summary>
    private static async Task AssertAnswersAsync(RouterNetwork network)
    {
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        byte[] reply = new byte[256];
        int length = 0;
        for (int send = 0; length == 0 && send < 60; send++)
        {
            await proxy.SendAsync(_query, Patience.Token());
            bool isAnswered = proxy.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectRead);
            length = isAnswered ? await proxy.ReceiveAsync(reply, Patience.Token()) : 0;
        }

        byte[] found = TrackedConnection.Found(_query);
        Assert.Equal(found, reply[..length]);
    }
}
