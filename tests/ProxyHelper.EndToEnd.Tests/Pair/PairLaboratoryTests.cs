using System.Runtime.InteropServices;
using ProxyHelper.TestSupport;
using ProxyHelper.TestSupport.Pair;
using Xunit;

namespace ProxyHelper.EndToEnd.Pair;

/// <summary>Tests that a laboratory shows its logs when it fails, and that it leaves nothing behind.</summary>
[Collection(nameof(OneLaboratory))]
public sealed class PairLaboratoryTests(PublishedDaemon daemon)
{
    private const int Hosts = 7;

    [Fact]
    public async Task A_laboratory_that_fails_shows_the_logs_and_leaves_nothing_behind()
    {
        PairRequirement.Check();
        var fault = new PairCase("fault", _ => throw new TimeoutException("The test fails here."));

        PairOutcome outcome = await fault.RunAsync(
            new PairSettings(daemon.Program) { Connections = 5 }, TestContext.Current.CancellationToken);

        Assert.False(outcome.IsAsPromised);
        Assert.All(
            [
                "The test fails here.", "Entering MASTER STATE", "committing all external caches",
                "Listening on UDP 194.0.3.1:114", "primary: done, 0 steps failed",
            ],
            words => Assert.Contains(words, outcome.Logs, StringComparison.Ordinal));
        Assert.Empty(Remains(Environment.ProcessId));
    }

    [Fact]
    public async Task A_laboratory_that_is_interrupted_leaves_nothing_behind()
    {
        using RunningProgram program = await StartAsync();

        program.Signal(PosixSignal.SIGINT);

        Assert.Equal(130, await program.ExitAsync());
        Assert.Empty(Remains(program.Id));
    }

    [Fact]
    public async Task After_a_kill_no_program_of_the_laboratory_runs_and_the_next_laboratory_removes_the_rest()
    {
        using RunningProgram program = await StartAsync();
        string[] hosts = Namespaces(program.Id);

        program.Kill();

        await program.ExitAsync();
        await Until.HoldsAsync(
            "no program of the laboratory runs",
            () => hosts.All(host => Tool.Run("ip", "netns", "pids", Path.GetFileName(host)).Length == 0));
        PairFolder.RemoveAbandoned();
        HostNetwork.RemoveAbandoned();
        Assert.Empty(Remains(program.Id));
    }

    /// <summary>Starts a laboratory in a program of its own, and returns when its routers have programs.</summary>
    private async Task<RunningProgram> StartAsync()
    {
        PairRequirement.Check();
        var program = BenchmarkProgram.Start("failover", "--daemon", daemon.Program);
        await Until.HoldsAsync("the hosts are there", () => Namespaces(program.Id).Length == Hosts);
        string router = Namespaces(program.Id).Single(host => host.EndsWith("-b", StringComparison.Ordinal));
        await Until.HoldsAsync(
            "a router runs programs", () => Tool.Run("ip", "netns", "pids", Path.GetFileName(router)).Length > 0);
        return program;
    }

    private static string[] Remains(int process) =>
        [.. Namespaces(process), .. Directory.GetDirectories(Path.GetTempPath(), $"proxyhelper-{process}-*")];

    private static string[] Namespaces(int process) => Directory.GetFiles("/run/netns", $"proxyhelper-{process}-*");
}
