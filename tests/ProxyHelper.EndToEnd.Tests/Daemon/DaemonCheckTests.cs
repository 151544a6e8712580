using System.Net;
using System.Net.Sockets;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests --check on routers where something is missing, and on one where nothing is.</summary>
public sealed class DaemonCheckTests(PublishedDaemon daemon)
{
    private const StringComparison Exact = StringComparison.Ordinal;

    private static readonly string[] _onlyAddress = ["-I", "194.0.1.1"];

    [Fact]
    public async Task A_correct_router_passes_and_nothing_is_left()
    {
        using var network = RouterNetwork.Create();
        string pidFile = daemon.NewPath();
        string rules = network.Router.Run(() => Tool.Run("nft", "list", "ruleset"));

        using RunningProgram check = DaemonOnRouter.Begin(
            network, daemon, ["--check", .. _onlyAddress, "-p", pidFile, "-u", "nobody", "--allow", "194.0.22.9"]);

        Assert.Equal(0, await check.ExitAsync());
        Assert.Empty(Failed(check));
        Assert.Contains("Passed  UDP socket              194.0.1.1:114 can be bound.", check.Output, Exact);
        Assert.False(File.Exists(pidFile));
        Assert.Equal(rules, network.Router.Run(() => Tool.Run("nft", "list", "ruleset")));
    }

    [Fact]
    public async Task The_findings_about_the_set_up_are_those_of_the_module_in_words_of_the_daemon()
    {
        using var network = RouterNetwork.Create();

        using RunningProgram check = DaemonOnRouter.Begin(network, daemon, ["--check", .. _onlyAddress]);

        Assert.Equal(0, await check.ExitAsync());
        Assert.Equal(
            [
                "Passed  UDP socket", "Warning Allowed proxies", "Passed  Host", "Passed  Kernel conntrack",
                "Passed  Permission", "Passed  Conntrack table", "Passed  Conntrack drops", "Passed  Helper address",
                "Passed  DNAT rule", "Passed  SNAT rule", "Skipped UDP answer", "Skipped Secret",
                "Warning Notrack rules", "Passed  Flow table", "Skipped smtp-gated max_per_host",
            ],
            Lines(check).Select(line => line[..32].TrimEnd()));
        Assert.Contains("=> Start the helper: systemctl enable --now proxy-helper", check.Output, Exact);
        Assert.DoesNotContain("-ProxyHelper", check.Output, Exact);
        Assert.DoesNotContain("NatMapping", check.Output, Exact);
    }

    [Theory]
    [InlineData("UDP socket, Helper address, SNAT rule", "bind 4.1.1.1:114", "--allow-absent-address", "-I", "4.1.1.1")]
    [InlineData("Secret file", "/etc/passwd", "chmod 600", "-I", "194.0.1.1", "--secret-file", "/etc/passwd")]
    [InlineData("User", "no such user", "--user", "-I", "194.0.1.1", "-u", "no-such-user")]
    [InlineData("PID file", "/nowhere/at does not exist", "--pid-file", "-I", "194.0.1.1", "-p", "/nowhere/at/all.pid")]
    public async Task A_failed_check_has_the_reason_and_what_to_do(
        string checks, string reason, string action, params string[] arguments)
    {
        using var network = RouterNetwork.Create();

        using RunningProgram check = DaemonOnRouter.Begin(network, daemon, ["--check", .. arguments]);

        Assert.Equal(1, await check.ExitAsync());
        string[] failed = Failed(check);
        Assert.Equal(checks, string.Join(", ", failed.Select(line => line[8..32].TrimEnd())));
        Assert.Contains(reason, failed[0].Split(" => ")[0], Exact);
        Assert.Contains(action, failed[0].Split(" => ")[1], Exact);
    }

    [Fact]
    public async Task An_address_that_may_come_later_is_a_warning()
    {
        using var network = RouterNetwork.Create();

        using RunningProgram check = DaemonOnRouter.Begin(
            network, daemon, ["--check", .. _onlyAddress, "-I", "194.0.1.9", "--allow-absent-address"]);

        Assert.Equal(0, await check.ExitAsync());
        Assert.Contains(
            "Warning Helper address          194.0.1.9 is not an address of this host yet.", check.Output, Exact);
    }

    [Fact]
    public async Task Missing_NAT_rules_fail_with_the_rules_to_load()
    {
        using var network = RouterNetwork.Create();
        network.Router.Run(() => Tool.Run("nft", "delete table ip mail_gateway"));

        using RunningProgram check = DaemonOnRouter.Begin(network, daemon, ["--check", .. _onlyAddress]);

        Assert.Equal(1, await check.ExitAsync());
        Assert.Contains("dnat to 194.0.22.9:9199", Assert.Single(Failed(check)), Exact);
    }

    [Fact]
    public async Task A_port_that_another_program_uses_fails_with_the_command_that_finds_the_program()
    {
        using var network = RouterNetwork.Create();
        using Socket other = network.Router.OpenSocket(IPEndPoint.Parse("194.0.1.1:114"), SocketType.Dgram);

        using RunningProgram check = DaemonOnRouter.Begin(network, daemon, ["--check", .. _onlyAddress]);

        Assert.Equal(1, await check.ExitAsync());
        Assert.Contains("Failed  UDP socket", check.Output, Exact);
        Assert.Contains("ss -ulpn sport = :114", check.Output, Exact);
        Assert.Contains("Failed  UDP answer              194.0.1.1:114 is silent", check.Output, Exact);
    }

    [Fact]
    public async Task The_port_of_a_running_daemon_passes_and_the_daemon_answers()
    {
        using var network = RouterNetwork.Create();
        using RunningProgram running = await DaemonOnRouter.StartAsync(network, daemon);

        using RunningProgram check = DaemonOnRouter.Begin(network, daemon, ["--check", .. _onlyAddress]);

        Assert.Equal(0, await check.ExitAsync());
        Assert.Empty(Failed(check));
        Assert.Contains(
            $"Passed  UDP socket              proxy-helper, process {running.Id}, has 194.0.1.1:114.",
            check.Output,
            Exact);
        Assert.Contains(
            "Passed  UDP answer              A helper answers on 194.0.1.1:114", check.Output, Exact);
    }

    [Fact]
    public async Task A_running_daemon_does_not_excuse_an_absent_address()
    {
        using var network = RouterNetwork.Create();
        using RunningProgram running = DaemonOnRouter.Begin(
            network, daemon, ["-I", "194.0.1.9", "--allow-absent-address"]);
        await running.AwaitAsync("Listening on ");

        using RunningProgram check = DaemonOnRouter.Begin(network, daemon, ["--check", "-I", "194.0.1.9"]);

        Assert.Equal(1, await check.ExitAsync());
        Assert.Contains("Failed  UDP socket              bind 194.0.1.9:114", check.Output, Exact);
    }

    [Fact]
    public async Task An_address_that_another_host_has_gets_no_query_and_no_secret()
    {
        using var network = RouterNetwork.Create();
        string[] absent = ["-I", "194.0.1.9", "--allow-absent-address", "-s", "7"];
        using RunningProgram running = DaemonOnRouter.Begin(network, daemon, absent);
        await running.AwaitAsync("Listening on ");

        using RunningProgram check = DaemonOnRouter.Begin(network, daemon, ["--check", .. absent]);

        await check.ExitAsync();
        Assert.Contains($"process {running.Id}, has 194.0.1.9:114", check.Output, Exact);
        Assert.Contains("Skipped UDP answer", check.Output, Exact);
        Assert.Contains("Skipped Secret", check.Output, Exact);
    }

    [Fact]
    public async Task A_missing_capability_fails()
    {
        Requirement.Tool("setpriv");
        using var network = RouterNetwork.Create();
        string program = daemon.Program;

        using RunningProgram check = network.Router.Run(() => RunningProgram.Start(
            "setpriv",
            ["--bounding-set", "-net_admin", "--inh-caps", "-net_admin", program, "--check", .. _onlyAddress]));

        Assert.Equal(1, await check.ExitAsync());
        Assert.Contains("CAP_NET_ADMIN is missing", check.Output, Exact);
    }

    private static string[] Lines(RunningProgram check) =>
        check.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Failed(RunningProgram check) =>
        [.. Lines(check).Where(line => line.StartsWith("Failed", Exact))];
}
