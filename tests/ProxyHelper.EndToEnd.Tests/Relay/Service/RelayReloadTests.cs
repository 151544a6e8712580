using System.Net.Sockets;
using System.Runtime.InteropServices;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Service;

/// <summary>Tests a reload of the relay's configuration.</summary>
public sealed class RelayReloadTests(PublishedDaemon daemon)
{
    private string Configuration { get; } = daemon.NewPath();

    [Fact]
    [Trait("Promise", "relay-reload")]
    public async Task A_reload_changes_the_rules_and_keeps_open_connections()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        using RunningProgram relay = await StartAsync(site, "allow-port = 80");
        (Socket user, Socket proxy) = await site.RelayOneAsync(80);

        await ReloadAsync(relay, site, "allow-port = 443");

        await relay.AwaitAsync("The reload widened 'allow-port': connections to 443-443 are now relayed.");
        await ServiceSite.AssertRelaysAsync(user, proxy);
        await site.AssertRefusesAsync(80);
        (await site.RelayOneAsync(443)).User.Dispose();
        user.Dispose();
        proxy.Dispose();
    }

    [Theory]
    [InlineData("allow-port = http", ":4: 'http' is not a port or a range of ports")]
    [InlineData("allow = 194.0.22.9", ":4: there is no setting 'allow'. See proxy-helper-relay.conf(5).")]
    [InlineData("secret-file = /nowhere", "--secret-file: there is no file '/nowhere'.")]
    [Trait("Promise", "relay-reload")]
    public async Task A_wrong_configuration_changes_nothing(string line, string message)
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        using RunningProgram relay = await StartAsync(site, "allow-port = 80");
        await WriteAsync(site, line);
        using RunningProgram check = site.Begin("-c", Configuration, "--check-reload");
        Assert.NotEqual(0, await check.ExitAsync());
        Assert.Contains(message, check.Output, StringComparison.Ordinal);

        relay.Signal(PosixSignal.SIGHUP);

        await relay.AwaitAsync("The configuration was not reloaded, and the previous settings stay in force.");
        Assert.Contains(message, relay.Output, StringComparison.Ordinal);
        (await site.RelayOneAsync(80)).User.Dispose();
        await site.AssertRefusesAsync(443);
    }

    [Fact]
    public async Task A_reload_names_the_settings_that_need_a_restart()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        using RunningProgram relay = await StartAsync(site, "allow-port = 80");

        await ReloadAsync(relay, site, "allow-port = 80\nmax-connections = 5\nproxy-protocol = v1");

        await relay.AwaitAsync("Changing 'proxy-protocol', 'max-connections' takes effect after a restart.");
        (await site.RelayOneAsync(80)).User.Dispose(); // still version 2
    }

    private async Task<RunningProgram> StartAsync(ServiceSite site, string lines)
    {
        await WriteAsync(site, lines);
        RunningProgram relay = site.Begin("-c", Configuration);
        await relay.AwaitAsync("Listening on TCP 194.0.22.9:9199");
        return relay;
    }

    private async Task ReloadAsync(RunningProgram relay, ServiceSite site, string lines)
    {
        await WriteAsync(site, lines);
        relay.Signal(PosixSignal.SIGHUP);
        await relay.AwaitAsync("The configuration was reloaded.");
    }

    private Task WriteAsync(ServiceSite site, string lines) => File.WriteAllTextAsync(
        Configuration,
        $"listen = 194.0.22.9:9199\nto = {site.Target}\nrouter = 194.0.1.1\n{lines}\n",
        Patience.Token());
}
