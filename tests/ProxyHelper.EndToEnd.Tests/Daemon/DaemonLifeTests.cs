using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests how the daemon starts and how it ends.</summary>
public sealed class DaemonLifeTests(PublishedDaemon daemon)
{
    private const uint Secret = 3405691582; // 0xcafebabe

    [Theory]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGINT)]
    [Trait("Promise", "clean-stop")]
    public async Task The_daemon_answers_until_a_signal_and_leaves_no_file(PosixSignal signal)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string pidFile = daemon.NewPath();
        string[] arguments = ["-P", "114", "-s", "7", "-p", pidFile];
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, arguments);
        await DaemonOnRouter.AssertAnswersAsync(network, secret: 7);
        Assert.Equal(program.Id.ToString(CultureInfo.InvariantCulture), File.ReadAllText(pidFile).Trim());

        program.Signal(signal);

        Assert.Equal(0, await program.ExitAsync());
        Assert.False(File.Exists(pidFile));
        using RunningProgram next = await DaemonOnRouter.StartAsync(network, daemon, arguments);
        await DaemonOnRouter.AssertAnswersAsync(network, secret: 7);
    }

    [Fact]
    [Trait("Promise", "clean-stop")]
    [Trait("Promise", "signals")]
    public async Task A_signal_during_the_start_leaves_no_file()
    {
        using var network = RouterNetwork.Create();
        string pidFile = daemon.NewPath();
        for (int attempt = 0; attempt < 20; attempt++)
        {
            using RunningProgram program = DaemonOnRouter.Begin(network, daemon, "-I", "194.0.1.1", "-p", pidFile);
            Assert.True(SpinWait.SpinUntil(() => File.Exists(pidFile), Patience.Limit));

            program.Signal(PosixSignal.SIGTERM);

            Assert.Equal(0, await program.ExitAsync());
            Assert.False(File.Exists(pidFile));
        }
    }

    [Fact]
    [Trait("Promise", "one-helper-per-port")]
    public async Task A_second_daemon_on_the_same_port_fails_and_the_first_continues()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string pidFile = daemon.NewPath();
        using RunningProgram first = await DaemonOnRouter.StartAsync(network, daemon);

        using RunningProgram second = DaemonOnRouter.Begin(network, daemon, "-I", "194.0.1.1", "-p", pidFile);

        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains("bind 194.0.1.1:114: Address already in use", second.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(pidFile));
        await DaemonOnRouter.AssertAnswersAsync(network);
    }

    [Fact]
    public async Task A_second_daemon_with_the_same_pid_file_fails_and_the_file_stays()
    {
        using var network = RouterNetwork.Create();
        string pidFile = daemon.NewPath();
        using RunningProgram first = await DaemonOnRouter.StartAsync(network, daemon, "-p", pidFile);

        using RunningProgram second = DaemonOnRouter.Begin(
            network, daemon, "-I", "194.0.1.1", "-P", "115", "-p", pidFile);

        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains($"{pidFile} names process {first.Id}", second.Output, StringComparison.Ordinal);
        Assert.Equal(first.Id.ToString(CultureInfo.InvariantCulture), File.ReadAllText(pidFile).Trim());
    }

    [Fact]
    public async Task An_address_of_another_host_is_reported()
    {
        using var network = RouterNetwork.Create();

        using RunningProgram program = DaemonOnRouter.Begin(network, daemon, "-I", "4.1.1.1");

        Assert.Equal(1, await program.ExitAsync());
        Assert.Contains("bind 4.1.1.1:114: Cannot assign requested address", program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_capability_is_named()
    {
        Requirement.Tool("setpriv");
        using var network = RouterNetwork.Create();
        string program = daemon.Program;

        using RunningProgram unable = network.Router.Run(() => RunningProgram.Start(
            "setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin",
            program, "-I", "194.0.1.1", "-s", $"{Secret}"));

        Assert.Equal(1, await unable.ExitAsync());
        Assert.Contains("CAP_NET_ADMIN", unable.Output, StringComparison.Ordinal);
        AssertSecretIsAbsent(unable);
    }

    [Theory]
    [InlineData]
    [InlineData("-I")]
    [InlineData("-I", "router")]
    [InlineData("-I", "2001:db8::1")]
    [InlineData("-I", "194.0.1.1", "-P", "0")]
    [InlineData("-I", "194.0.1.1", "-P", "65536")]
    [InlineData("-I", "194.0.1.1", "-P", "-1")]
    [InlineData("-I", "194.0.1.1", "-p")]
    [InlineData("-I", "194.0.1.1", "-x", "1")]
    [InlineData("-I", "194.0.1.1", "-s", "-3405691582")]
    [InlineData("-I", "194.0.1.1", "-s", "3405691582 ")]
    [InlineData("-I", "194.0.1.1", "-s", "3405691582", "-P", "x")]
    [InlineData("-I", "194.0.1.1", "-s", "0xcafebabe")]
    [InlineData("-I", "194.0.1.1", "-P", "115", "-P", "116")]
    [InlineData("-I", "194.0.1.1", "--ident", "name")]
    [InlineData("-I", "194.0.1.1", "--max-delay", "61")]
    [InlineData("-I", "194.0.1.1", "--max-delay", "NaN")]
    [InlineData("-I", "194.0.1.1", "--metrics", "9114")]
    [InlineData("-I", "194.0.1.1", "--metrics", "[::1]:9114")]
    [InlineData("-I", "194.0.1.1", "194.0.1.2")]
    [InlineData("-I", "194.0.1.1", "@file")]
    [InlineData("-I", "194.0.1.1", "--tcp-port", "x")]
    public async Task Invalid_arguments_write_the_usage(params string[] arguments)
    {
        using RunningProgram program = RunningProgram.Start(daemon.Program, arguments);

        Assert.Equal(2, await program.ExitAsync());
        Assert.Contains("usage: proxy-helper -I ADDRESS", program.Output, StringComparison.Ordinal);
        AssertSecretIsAbsent(program);
    }

    [Theory]
    [InlineData("-d")]
    [InlineData("--daemonize")]
    public async Task The_option_for_the_background_names_a_replacement(string option)
    {
        using RunningProgram program = RunningProgram.Start(daemon.Program, "-I", "194.0.1.1", option);

        Assert.Equal(2, await program.ExitAsync());
        Assert.Contains("start-stop-daemon --background", program.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Promise", "hidden-secret")]
    public async Task The_daemon_never_writes_the_secret()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string pidFile = daemon.NewPath();
        using RunningProgram program = await DaemonOnRouter.StartAsync(
            network, daemon, "-s", $"{Secret}", "-p", pidFile);
        using RunningProgram second = DaemonOnRouter.Begin(network, daemon, "-I", "194.0.1.1", "-s", $"{Secret}");
        Assert.Equal(1, await second.ExitAsync());
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        await proxy.SendAsync(TrackedConnection.Query(Secret - 1), Patience.Token());
        await proxy.SendAsync(TrackedConnection.Query(Secret).AsMemory(0, 65), Patience.Token());
        await DaemonOnRouter.ExchangeAsync(proxy, TrackedConnection.Query(Secret));
        string written = await File.ReadAllTextAsync(pidFile, Patience.Token());

        program.Signal(PosixSignal.SIGTERM);

        Assert.Equal(0, await program.ExitAsync());
        Assert.Contains("3 queries, 1 found", program.Output, StringComparison.Ordinal); // the daemon read all three
        AssertSecretIsAbsent(program);
        AssertSecretIsAbsent(second);
        Assert.DoesNotContain($"{Secret}", written, StringComparison.Ordinal);
    }

    private static void AssertSecretIsAbsent(RunningProgram program)
    {
        Assert.DoesNotContain("3405691582", program.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("cafebabe", program.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("bebafeca", program.Output, StringComparison.OrdinalIgnoreCase);
    }
}
