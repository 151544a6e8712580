using System.Net.Sockets;
using System.Runtime.InteropServices;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>
/// Tests the units of the daemon. systemd accepts them, they leave little exposure, and they allow every system call of
/// the daemon.
/// </summary>
public sealed class DaemonUnitTests(PublishedDaemon daemon) : IDisposable
{
    private const string Scrape =
        "exec 3<>/dev/tcp/194.0.1.1/9114; printf 'GET /metrics HTTP/1.1\\r\\nHost: router\\r\\n\\r\\n' >&3; cat <&3";

    private static readonly string _units = Path.Combine(
        Repository.Root, "src", "ProxyHelper.Daemon", "package", "systemd");

    private static readonly string _service = Path.Combine(_units, "proxy-helper.service");

    private readonly string _work = Directory.CreateTempSubdirectory("proxy-helper-unit-").FullName;

    public void Dispose() => Directory.Delete(_work, recursive: true);

    [Theory]
    [InlineData("proxy-helper.service", 19)]
    [InlineData("proxy-helper-relay.service", 12)]
    [Trait("Promise", "few-privileges")]
    public void The_exposure_of_the_service_is_low(string unit, int threshold)
    {
        Requirement.Tool("systemd-analyze");

        // The command fails if the exposure is above the threshold, in tenths.
        Tool.Run(
            "systemd-analyze", "security", "--offline=true", FormattableString.Invariant($"--threshold={threshold}"),
            Path.Combine(_units, unit));
    }

    [Fact]
    public void Systemd_accepts_the_units()
    {
        Requirement.Tool("systemd-analyze");
        Requirement.Tool("kill"); // ExecReload= runs kill
        string[] copies = [.. Directory.GetFiles(_units).Select(CopyForThisMachine)];

        string complaints = Tool.Run(
            "bash", ["-c", "systemd-analyze verify --man=no \"$@\" 2>&1", "verify", .. copies]);

        Assert.Empty(complaints);
    }

    [Theory]
    [InlineData("")]
    [InlineData("resolver-command = cat\nresolver-command = /dev/null\n")] // also those of its program
    [Trait("Promise", "few-privileges")]
    public async Task The_unit_allows_every_system_call_of_the_daemon(string source)
    {
        Requirement.Tool("systemd-analyze");
        Requirement.Tool("strace");
        string[] made = await TraceCallsAsync(source);
        Assert.Contains("sendmmsg", made); // the daemon sent a reply

        Assert.Empty(made.Except(UnitCalls.ReadAllowed(_service)));
    }

    /// <summary>Returns the system calls of a start, a reply, a scrape, a reload, logged counters and a stop.</summary>
    private async Task<string[]> TraceCallsAsync(string source)
    {
        using var network = RouterNetwork.Create();
        string trace = $"{_work}/trace", configuration = $"{_work}/configuration", program = daemon.Program;
        await File.WriteAllTextAsync(
            configuration, $"address = 194.0.1.1\nmetrics = 194.0.1.1:9114\n{source}", Patience.Token());
        using RunningProgram running = network.Router.Run(() => RunningProgram.Start(
            // With -D the started process is the daemon, which receives the signals below.
            "strace", "-D", "-f", "-qq", "-e", "signal=none", "-o", trace, program, "-c", configuration));
        await running.AwaitAsync("Listening on UDP 194.0.1.1:114");
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        await DaemonOnRouter.ExchangeAsync(proxy, TrackedConnection.Query());
        network.Router.Run(() => Tool.Run("bash", "-c", Scrape));
        running.Signal(PosixSignal.SIGHUP);
        await running.AwaitAsync("The configuration was reloaded.");
        running.Signal((PosixSignal)10); // SIGUSR1
        await running.AwaitAsync("Counters since the start: 1 queries");
        running.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await running.ExitAsync());
        return await UnitCalls.ReadMadeAsync(trace);
    }

    /// <summary>Returns the path of a copy of the unit that starts the tested program.</summary>
    private string CopyForThisMachine(string unit)
    {
        string copy = Path.Combine(_work, Path.GetFileName(unit));
        string text = File.ReadAllText(unit);
        File.WriteAllText(copy, text.Replace("/usr/sbin/proxy-helper", daemon.Program, StringComparison.Ordinal));
        return copy;
    }
}
