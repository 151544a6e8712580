using System.Net.Sockets;
using System.Runtime.InteropServices;
using ProxyHelper.EndToEnd.Load;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests the configuration file, and how the command line overrides it.</summary>
public sealed class DaemonConfigurationTests(PublishedDaemon daemon)
{
    private static readonly byte[] _query = TrackedConnection.Query();

    private static readonly byte[] _reply = TrackedConnection.Found(_query);

    [Fact]
    public async Task The_command_line_overrides_the_configuration_file()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string file = Write(
            "# a comment", string.Empty, "address = 194.0.1.1", "  port=115  ", "allow = 10.9.9.9",
            "allow = 194.0.22.0/24", "ident = none", "verbose = yes");

        using RunningProgram program = DaemonOnRouter.Begin(
            network, daemon, "-c", file, "--port", "114", "--ident=endpoint");

        await program.AwaitAsync("Listening on UDP 194.0.1.1:114.");
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        byte[] reply = await DaemonOnRouter.ExchangeAsync(proxy, _query);
        Assert.Equal("10.1.1.1:20000"u8, reply.AsSpan(28, 14));
        await program.AwaitAsync(
            "194.0.22.9 asked about 194.0.1.1:3527 -> 194.0.22.9:9199: 10.1.1.1:20000 -> 4.1.1.2:25.");
    }

    [Theory]
    [InlineData(2, "the line must have the form NAME = VALUE", "port 115")]
    [InlineData(2, "the line must have the form NAME = VALUE", "= 115")]
    [InlineData(2, "there is no setting 'prot'", "prot = 115")]
    [InlineData(2, "there is no setting 'config'", "config = /etc/other")]
    [InlineData(2, "there is no setting 'P'", "P = 115")]
    [InlineData(2, "'70000' is not a port", "port = 70000")]
    [InlineData(3, "'port' is already set in ", "port = 115", "port = 116")]
    [InlineData(2, "'maybe' is not yes or no", "verbose = maybe")]
    [InlineData(2, "the secret is rejected: other users can read this file", "secret = 3405691582")]
    public async Task A_mistake_is_reported_with_its_file_and_line(int line, string words, params string[] lines)
    {
        string file = Write(["address = 194.0.1.1", .. lines]);

        using RunningProgram program = RunningProgram.Start(daemon.Program, "-c", file);

        Assert.Equal(2, await program.ExitAsync());
        Assert.Contains($"{file}:{line}: {words}", program.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("3405691582", program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_mistake_in_the_file_is_reported()
    {
        string file = Write("address = router", "port = 70000");

        using RunningProgram program = RunningProgram.Start(daemon.Program, "-c", file);

        Assert.Equal(2, await program.ExitAsync());
        Assert.Contains($"{file}:1: 'router' is not an IPv4 address", program.Output, StringComparison.Ordinal);
        Assert.Contains($"{file}:2: '70000' is not a port", program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_reported()
    {
        string file = daemon.NewPath();

        using RunningProgram program = RunningProgram.Start(daemon.Program, "-c", file);

        Assert.Equal(2, await program.ExitAsync());
        Assert.Contains(file, program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_daemon_writes_its_version()
    {
        using RunningProgram program = RunningProgram.Start(daemon.Program, "-V");

        Assert.Equal(0, await program.ExitAsync());
        Assert.Matches(@"^proxy-helper \d+\.\d+\.\d+\s*$", program.Output.Trim());
    }

    [Fact]
    [Trait("Promise", "live-reload")]
    public async Task A_reload_under_load_loses_no_query()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string file = Write("address = 194.0.1.1", "max-delay = 60", "rate = 0");
        using RunningProgram program = DaemonOnRouter.Begin(network, daemon, "-c", file);
        await program.AwaitAsync("Listening on");
        using var load = new QueryLoad(network, _query, _reply);

        for (int round = 1; round <= 50; round++)
        {
            string allowed = round % 2 == 0 ? "194.0.22.9" : "194.0.22.0/24";
            string[] rules = ["max-delay = 60", $"rate = {round % 3 * 500_000}", $"allow = {allowed}"];
            File.WriteAllLines(file, ["address = 194.0.1.1", .. rules]);
            program.Signal(PosixSignal.SIGHUP);
            program.AwaitTimes(round, "The configuration was reloaded.");
        }

        await load.EndAsync();
    }

    [Fact]
    [Trait("Promise", "live-reload")]
    public async Task A_reload_applies_the_new_rules()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string file = Write("address = 194.0.1.1");
        using RunningProgram program = DaemonOnRouter.Begin(network, daemon, "-c", file);
        await program.AwaitAsync("Listening on");
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        Assert.Equal(QueryDatagram.Size, (await DaemonOnRouter.ExchangeAsync(proxy, _query)).Length);

        File.WriteAllLines(file, ["address = 194.0.1.1", "allow = 10.9.9.9"]);
        program.Signal(PosixSignal.SIGHUP);
        program.AwaitTimes(1, "The configuration was reloaded.");
        await proxy.SendAsync(_query, Patience.Token());

        await program.AwaitAsync("not an allowed proxy");
    }

    [Fact]
    [Trait("Promise", "safe-reload")]
    public async Task A_reload_of_an_invalid_file_changes_no_rule()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string file = Write("address = 194.0.1.1");
        using RunningProgram program = DaemonOnRouter.Begin(network, daemon, "-c", file);
        await program.AwaitAsync("Listening on");

        File.WriteAllLines(file, ["address = 194.0.1.1", "allow = 10.9.9.9", "alow = 10.9.9.9"]);
        program.Signal(PosixSignal.SIGHUP);

        await program.AwaitAsync($"{file}:3: there is no setting 'alow'");
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        Assert.Equal(QueryDatagram.Size, (await DaemonOnRouter.ExchangeAsync(proxy, _query)).Length);
    }

    [Fact]
    [Trait("Promise", "safe-reload")]
    public async Task A_reload_with_an_unusable_secret_file_changes_no_rule()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string file = Write("address = 194.0.1.1");
        using RunningProgram program = DaemonOnRouter.Begin(network, daemon, "-c", file);
        await program.AwaitAsync("Listening on");

        File.WriteAllLines(file, ["address = 194.0.1.1", "allow = 10.9.9.9", $"secret-file = {daemon.NewPath()}"]);
        program.Signal(PosixSignal.SIGHUP);

        await program.AwaitAsync("The configuration was not reloaded, and the previous settings stay in force.");
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        Assert.Equal(QueryDatagram.Size, (await DaemonOnRouter.ExchangeAsync(proxy, _query)).Length);
    }

    [Fact]
    public async Task A_reload_names_the_settings_that_need_a_restart()
    {
        using var network = RouterNetwork.Create();
        string file = Write("address = 194.0.1.1");
        using RunningProgram program = DaemonOnRouter.Begin(network, daemon, "-c", file);
        await program.AwaitAsync("Listening on");

        File.WriteAllLines(file, ["address = 194.0.1.1", "port = 115", "user = nobody"]);
        program.Signal(PosixSignal.SIGHUP);

        await program.AwaitAsync("Changing 'port', 'user' takes effect after a restart.");
    }

    [Fact]
    public async Task A_signal_logs_the_counters()
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        await DaemonOnRouter.ExchangeAsync(proxy, _query);

        program.Signal((PosixSignal)10);

        await program.AwaitAsync("Counters since the start: 1 queries, 0 found, 1 not found");
    }

    private string Write(params string[] lines)
    {
        string file = daemon.NewPath();
        File.WriteAllLines(file, lines);
        return file;
    }
}
