using System.Globalization;
using System.Runtime.InteropServices;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests signals at any time, from the first instruction of the daemon to its last.</summary>
[Trait("Promise", "signals")]
public sealed class DaemonSignalTests(PublishedDaemon daemon)
{
    private const PosixSignal User = (PosixSignal)10;
    private const int RoundsPerSeed = 25;
    private const int LongestPause = 40_000; // iterations of a loop, some milliseconds in all

    private static readonly PosixSignal[] _signals = [PosixSignal.SIGHUP, User, PosixSignal.SIGTERM];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Signals_at_any_time_end_the_daemon_with_status_0_and_leave_no_file(int seed)
    {
        using var network = RouterNetwork.Create();
        string pidFile = daemon.NewPath();
#pragma warning disable CA5394 // the seed makes a failure repeatable
        var random = new Random(seed);
        for (int round = 0; round < RoundsPerSeed; round++)
        {
            using RunningProgram program = DaemonOnRouter.Begin(network, daemon, "-I", "194.0.1.1", "-p", pidFile);
            AwaitHeldSignals(program.Id);
            PosixSignal[] signals =
            [
                .. random.GetItems(_signals, random.Next(6)), PosixSignal.SIGTERM,
                .. random.GetItems(_signals, random.Next(12)),
            ];
            foreach (PosixSignal signal in signals)
            {
                Thread.SpinWait(random.Next(LongestPause));
                program.TrySignal(signal);
            }

            int status = await program.ExitAsync();
            string sent = string.Join(' ', signals);
            Assert.True(status == 0, $"Round {round}: status {status} after {sent}. {program.Output}");
            Assert.False(File.Exists(pidFile), $"Round {round}: the PID file stayed.");
        }
#pragma warning restore CA5394
    }

    [Fact]
    public async Task Requests_before_the_daemon_is_ready_are_served_when_it_is()
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = DaemonOnRouter.Begin(network, daemon, "-I", "194.0.1.1");
        AwaitHeldSignals(program.Id);

        program.Signal(PosixSignal.SIGHUP);
        program.Signal(User);

        await program.AwaitAsync("The configuration was reloaded.");
        await program.AwaitAsync("Counters since the start: 0 queries");
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT)]
    [InlineData(PosixSignal.SIGTERM)]
    public async Task A_start_that_hangs_in_the_name_service_can_be_ended(PosixSignal signal)
    {
        string pidFile = daemon.NewPath(), users = daemon.NewPath();
        Tool.Run("mkfifo", users);
        using var network = RouterNetwork.Create();
        string program = daemon.Program;

        // The list of users is a pipe without a writer, which blocks its reader as a silent name service does.
        using RunningProgram running = network.Router.Run(() => RunningProgram.Start(
            "unshare", "--mount", "bash", "-c", $"mount --bind {users} /etc/passwd && exec \"$0\" \"$@\"",
            program, "-I", "194.0.1.1", "-u", "nobody", "-p", pidFile));
        Assert.True(SpinWait.SpinUntil(() => File.Exists(pidFile), Patience.Limit)); // the user is looked up next

        running.Signal(signal);

        Assert.Equal(0, await running.ExitAsync());
        Assert.Contains("Stopped during the start.", running.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(pidFile));
    }

    [Theory]
    [InlineData("HUP")]
    [InlineData("TERM")]
    [InlineData("USR1")]
    public async Task A_daemon_whose_parent_ignores_a_signal_serves_the_signal(string ignored)
    {
        using var network = RouterNetwork.Create();
        string program = daemon.Program;
        using RunningProgram running = network.Router.Run(() => RunningProgram.Start(
            "bash", "-c", $"trap '' {ignored}; exec \"$0\" \"$@\"", program, "-I", "194.0.1.1"));
        await running.AwaitAsync("Listening on UDP 194.0.1.1:114");

        running.Signal(PosixSignal.SIGHUP);
        await running.AwaitAsync("The configuration was reloaded.");
        running.Signal(User);
        await running.AwaitAsync("Counters since the start: 0 queries");
        running.Signal(PosixSignal.SIGTERM);

        Assert.Equal(0, await running.ExitAsync());
    }

    [Fact]
    public async Task A_daemon_in_the_background_of_a_script_ignores_the_interrupt_of_the_terminal()
    {
        using var network = RouterNetwork.Create();
        string program = daemon.Program;
        using RunningProgram running = network.Router.Run(() => RunningProgram.Start(
            "bash", "-c", "trap '' INT; exec \"$0\" \"$@\"", program, "-I", "194.0.1.1"));
        await running.AwaitAsync("Listening on UDP 194.0.1.1:114");

        running.Signal(PosixSignal.SIGINT);
        running.Signal(User); // has a higher number, so that the kernel delivers it later

        await running.AwaitAsync("Counters since the start: 0 queries");
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT)]
    [InlineData(PosixSignal.SIGTERM)]
    public async Task A_check_can_be_interrupted(PosixSignal signal)
    {
        string folder = Directory.CreateDirectory(daemon.NewPath()).FullName;
        string tool = Path.Combine(folder, "nft");
        File.WriteAllText(tool, $"#!/bin/sh\necho started >{folder}/started\nexec sleep 60\n");
        File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var network = RouterNetwork.Create();
        string program = daemon.Program;
        using RunningProgram running = network.Router.Run(() => RunningProgram.Start(
            "env", $"PATH={folder}:{Environment.GetEnvironmentVariable("PATH")}",
            program, "-I", "194.0.1.1", "--check"));
        Assert.True(SpinWait.SpinUntil(() => File.Exists($"{folder}/started"), Patience.Limit));

        running.Signal(signal);

        Assert.NotEqual(0, await running.ExitAsync());
    }

    /// <summary>Waits until the program holds SIGTERM back. Before, the loader of the system runs.</summary>
    private static void AwaitHeldSignals(int process)
    {
        const ulong termination = 1ul << (15 - 1);
        Assert.True(
            SpinWait.SpinUntil(() => (HeldSignals(process) & termination) != 0, Patience.Limit),
            "The daemon does not hold signals back.");
    }

    private static ulong HeldSignals(int process)
    {
        string line = File.ReadLines($"/proc/{process}/status")
            .Single(line => line.StartsWith("SigBlk:", StringComparison.Ordinal));
        return ulong.Parse(line.AsSpan(7), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
