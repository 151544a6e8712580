using System.Net.Sockets;
using System.Runtime.InteropServices;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests that an output that takes no lines neither delays nor ends anything.</summary>
public sealed class DaemonOutputTests(PublishedDaemon daemon)
{
    private const PosixSignal User = (PosixSignal)10;

    private static readonly byte[] _query = TrackedConnection.Query();

    /// <summary>Gets what the standard error is. "$pipe" is a pipe that nobody reads.</summary>
    public static TheoryData<string> BadOutputs =>
    [
        "2>/dev/full", "2>&-", "0<&- 1>&- 2>&-", "9<>$pipe 2>$pipe", "9<>$pipe 2>$pipe 9<&-", "2> >(exec true)",
        "2>$pipe.log; head -c 1024 /dev/zero >&2; ulimit -f 1", // the file has its largest size
    ];

    [Theory]
    [MemberData(nameof(BadOutputs))]
    [Trait("Promise", "blocked-log")]
    public async Task A_daemon_whose_log_lines_are_lost_answers_reloads_and_stops(string redirections)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string pidFile = daemon.NewPath();
        using RunningProgram program = Start(network, MakePipe(), redirections, "-v", "-p", pidFile);
        using Socket proxy = await AwaitAnswerAsync(network);
        await proxy.SendAsync(_query.AsMemory(0, 65), Patience.Token()); // logged as malformed

        // The lines of these queries are more than a pipe and the queue of the log can hold.
        for (int query = 0; query < 3000; query++)
        {
            program.Signal(query % 2 == 0 ? PosixSignal.SIGHUP : User);
            Assert.Equal(QueryDatagram.Size, (await DaemonOnRouter.ExchangeAsync(proxy, _query)).Length);
        }

        program.Signal(PosixSignal.SIGTERM);

        Assert.Equal(0, await program.ExitAsync());
        Assert.False(File.Exists(pidFile));
    }

    [Fact]
    [Trait("Promise", "blocked-log")]
    public async Task Lost_lines_are_counted_when_the_output_is_read_again()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string pipe = MakePipe();
        using RunningProgram program = Start(network, pipe, "9<>$pipe 2>$pipe", "-v");
        using Socket proxy = await AwaitAnswerAsync(network);
        for (int query = 0; query < 3000; query++)
        {
            program.Signal(User); // its line is never left out
            await DaemonOnRouter.ExchangeAsync(proxy, _query);
        }

        using RunningProgram reader = RunningProgram.Start("cat", pipe);

        await reader.AwaitAsync(" log lines were lost, because the standard error did not take them.");
        Assert.Contains("proxy-helper: Listening on UDP 194.0.1.1:114.", reader.Output, StringComparison.Ordinal);
        await DaemonOnRouter.ExchangeAsync(proxy, _query);
        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await program.ExitAsync());
        await reader.AwaitAsync("Stopped. Counters since the start: 300");
    }

    [Fact]
    [Trait("Promise", "blocked-log")]
    public async Task Lost_lines_are_among_the_metrics()
    {
        const string scrape =
            "exec 3<>/dev/tcp/194.0.1.1/9114; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
        using var network = RouterNetwork.Create();
        using RunningProgram program = Start(network, MakePipe(), "2>/dev/full", "--metrics", "194.0.1.1:9114");
        using Socket proxy = await AwaitAnswerAsync(network);

        string metrics = network.Router.Run(() => Tool.Run("bash", "-c", scrape));

        Assert.Matches("(?m)^proxyhelper_log_lines_lost_total [1-9]", metrics);
    }

    [Theory]
    [InlineData("/dev/full", "--help")]
    [InlineData("/dev/full", "--version")]
    [InlineData("/dev/full", "-I", "194.0.1.1", "--check")]
    [InlineData("&-", "--help")]
    [InlineData("&-", "--version")]
    [InlineData("&-", "-I", "194.0.1.1", "--check")]
    public async Task Output_that_cannot_be_written_is_an_error(string output, params string[] arguments)
    {
        string program = daemon.Program;
        using RunningProgram running = RunningProgram.Start(
            "bash", ["-c", $"exec \"$0\" \"$@\" >{output}", program, .. arguments]);

        Assert.Equal(1, await running.ExitAsync());
        string line = Assert.Single(running.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("proxy-helper: write the standard output: ", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/full")]
    [InlineData("&-")]
    public async Task A_fault_that_cannot_be_logged_keeps_its_status(string output)
    {
        string program = daemon.Program;
        using RunningProgram running = RunningProgram.Start(
            "bash", "-c", $"exec \"$0\" \"$@\" 2>{output}", program, "-I", "router");

        Assert.Equal(2, await running.ExitAsync());
    }

    [Fact]
    public async Task A_file_that_is_opened_later_does_not_become_the_closed_standard_error()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string pidFile = daemon.NewPath();
        using RunningProgram program = Start(network, MakePipe(), "0<&- 1>&- 2>&-", "-v", "-p", pidFile);
        using Socket proxy = await AwaitAnswerAsync(network);

        Assert.Equal($"{program.Id}", (await File.ReadAllTextAsync(pidFile, Patience.Token())).Trim());
        FileSystemInfo? error = File.ResolveLinkTarget($"/proc/{program.Id}/fd/2", returnFinalTarget: false);
        Assert.Equal("/dev/null", error?.FullName);
    }

    private RunningProgram Start(RouterNetwork network, string pipe, string redirections, params string[] arguments)
    {
        string program = daemon.Program;
        string script = $"pipe={pipe}; exec {redirections}; exec \"$0\" \"$@\"";
        return network.Router.Run(
            () => RunningProgram.Start("bash", ["-c", script, program, "-I", "194.0.1.1", .. arguments]));
    }

    private string MakePipe()
    {
        string path = daemon.NewPath();
        Tool.Run("mkfifo", path);
        return path;
    }

    /// <summary>
    /// Asks until the daemon answers. The kernel refuses a query before the port is bound, and the daemon drops a query
    /// from before its socket has time stamps.
    /// </summary>
    private static async Task<Socket> AwaitAnswerAsync(RouterNetwork network)
    {
        CancellationToken patience = Patience.Token();
        Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        byte[] buffer = new byte[256];
        while (true)
        {
            using var attempt = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                await proxy.SendAsync(_query, patience);
                await proxy.ReceiveAsync(buffer, attempt.Token);
                return proxy;
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException)
            {
                patience.ThrowIfCancellationRequested();
            }
        }
    }
}
