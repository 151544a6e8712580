using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests a daemon whose user may start no more threads (ulimit -u, TasksMax=).</summary>
public sealed class DaemonThreadLimitTests(PublishedDaemon daemon)
{
    private const PosixSignal User = (PosixSignal)10;
    private const int MaxThreads = 40; // more than the daemon has
    private const string Sentence =
        "proxy-helper: start a thread: Resource temporarily unavailable (EAGAIN). The limit ";

    private static readonly byte[] _query = TrackedConnection.Query();

    private static int _users = 1_900_000_000; // numbers of users that no host has
    private readonly int _user = Interlocked.Increment(ref _users) + (Environment.ProcessId * 100 % 100_000_000);

    private string[] Credentials =>
    [
        string.Create(CultureInfo.InvariantCulture, $"--reuid={_user}"),
        string.Create(CultureInfo.InvariantCulture, $"--regid={_user}"), "--clear-groups",
    ];

    [Fact]
    public async Task A_running_daemon_needs_no_further_thread()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string pidFile = daemon.NewPath();
        using RunningProgram program = Start(network, MaxThreads, "--allow", "194.0.22.9", "-v", "-p", pidFile);
        await program.AwaitAsync("Listening on UDP 194.0.1.1:114");
        Forbid(program.Id);
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);

        await proxy.SendAsync(new byte[1], Patience.Token());
        await program.AwaitAsync("malformed");
        program.Signal(PosixSignal.SIGHUP);
        await program.AwaitAsync("The configuration was reloaded.");
        program.Signal(User);
        await program.AwaitAsync("Counters since the start: 1 queries");
        Assert.Equal(QueryDatagram.Size, (await DaemonOnRouter.ExchangeAsync(proxy, _query)).Length);
        await program.AwaitAsync("194.0.22.9 asked about");
        program.Signal(PosixSignal.SIGTERM);

        Assert.Equal(0, await program.ExitAsync());
        Assert.Contains("Stopped. Counters since the start: 2 queries", program.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(pidFile));
    }

    [Fact]
    public async Task A_start_that_reaches_the_limit_is_one_sentence_and_leaves_nothing()
    {
        using var network = RouterNetwork.Create();
        string pidFile = daemon.NewPath();
        int sentences = 0;
        bool isStarted = false;
        for (int limit = 1; !isStarted; limit++)
        {
            Assert.True(limit < MaxThreads, "The daemon did not start under any limit.");
            using RunningProgram program = Start(
                network, limit, "-p", pidFile, "--workers", "2", "--tcp-port", "114", "--metrics", "194.0.1.1:9114");
            Task started = program.AwaitAsync("Listening on UDP");
            int? status = await Task.WhenAny(started, program.ExitAsync()) == started && started.IsCompletedSuccessfully
                ? null
                : await program.ExitAsync();
            isStarted = status is null;
            if (isStarted)
            {
                program.Signal(PosixSignal.SIGTERM);
                Assert.Equal(0, await program.ExitAsync());
            }
            else if (limit > 1) // with no thread but the first, .NET itself does not start
            {
                Assert.True(status == 1, $"Status {status} under the limit {limit}: {program.Output}");
                string line = Assert.Single(program.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
                Assert.StartsWith(Sentence, line, StringComparison.Ordinal);
                Assert.Contains("(TasksMax=, ulimit -u)", line, StringComparison.Ordinal);
                sentences++;
            }

            Assert.False(File.Exists(pidFile), $"The PID file stayed under the limit {limit}.");
        }

        Assert.True(sentences > 1, "No start reached the limit.");
    }

    /// <summary>Starts a daemon as a user of its own, whose threads are limited.</summary>
    private RunningProgram Start(RouterNetwork network, int limit, params string[] arguments)
    {
        string program = daemon.Program;
        string folder = Path.GetDirectoryName(daemon.NewPath())!;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111); // the user writes the PID file there
        return network.Router.Run(() => RunningProgram.Start(
            "prlimit",
            [
                $"--nproc={limit}", "setpriv", .. Credentials,
                "--inh-caps=-all,+net_admin,+net_bind_service", "--ambient-caps=-all,+net_admin,+net_bind_service",
                program, "-I", "194.0.1.1", .. arguments,
            ]));
    }

    /// <summary>Limits the threads of the daemon's user to fewer than there are.</summary>
    private void Forbid(int process) => Tool.Run(
        "setpriv", [.. Credentials, "prlimit", $"--pid={process}", "--nproc=1"]);
}
