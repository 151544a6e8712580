using System.Net;
using System.Net.Sockets;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>--check, on machines where something is missing.</summary>
public sealed class DaemonCheckTests(PublishedDaemon daemon)
{
    [Fact]
    public async Task Where_nothing_is_missing_it_says_so_and_leaves_nothing()
    {
        using var network = RouterNetwork.Create();
        string pidFile = daemon.NewPath();

        using RunningProgram check = DaemonOnRouter.Begin(network, daemon, "--check", "-I", "194.0.1.1", "-p", pidFile, "-u", "nobody", "--allow", "194.0.22.9");

        Assert.Equal(0, await check.ExitAsync());
        Assert.DoesNotContain("MISSING", check.Output, StringComparison.Ordinal);
        Assert.Contains("ok      194.0.1.1:114 can be listened on", check.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(pidFile));
    }

    [Theory]
    [InlineData("4.1.1.1:114 can be listened on", "--allow-absent-address", "-I", "4.1.1.1")]
    [InlineData("can be used", "chmod 600", "-I", "194.0.1.1", "--secret-file", "/etc/passwd")]
    [InlineData("the user no-such-user is there", "no such user", "-I", "194.0.1.1", "-u", "no-such-user")]
    [InlineData("/nowhere/at/all.pid can be written", "find a part of the path", "-I", "194.0.1.1", "-p", "/nowhere/at/all.pid")]
    public async Task What_is_missing_is_told_and_how_to_mend_it(string what, string how, params string[] arguments)
    {
        using var network = RouterNetwork.Create();

        using RunningProgram check = DaemonOnRouter.Begin(network, daemon, ["--check", .. arguments]);

        Assert.Equal(1, await check.ExitAsync());
        string line = Assert.Single(check.Output.Split('\n'), line => line.StartsWith("MISSING", StringComparison.Ordinal));
        Assert.Contains(what, line, StringComparison.Ordinal);
        Assert.Contains(how, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_somebody_has_is_told()
    {
        using var network = RouterNetwork.Create();
        using Socket other = network.Router.OpenSocket(IPEndPoint.Parse("194.0.1.1:114"), SocketType.Dgram);

        using RunningProgram check = DaemonOnRouter.Begin(network, daemon, "--check", "-I", "194.0.1.1");

        Assert.Equal(1, await check.ExitAsync());
        Assert.Contains("ss -ulpn sport = :114", check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_capability_is_told()
    {
        Requirement.Tool("setpriv");
        using var network = RouterNetwork.Create();
        string program = daemon.Program;

        using RunningProgram check = network.Router.Run(() => RunningProgram.Start(
            "setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin", program, "--check", "-I", "194.0.1.1"));

        Assert.Equal(1, await check.ExitAsync());
        Assert.Contains("CAP_NET_ADMIN is missing", check.Output, StringComparison.Ordinal);
    }
}
