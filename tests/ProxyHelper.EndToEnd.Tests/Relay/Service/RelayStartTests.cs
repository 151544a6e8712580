using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Service;

/// <summary>Tests what an administrator sees when the relay starts.</summary>
public sealed class RelayStartTests(PublishedDaemon daemon)
{
    private const string AnyPort = "'allow-port' is missing: connections to every original port are relayed.";

    [Fact]
    public async Task The_relay_says_where_it_listens_and_connects_and_warns_about_every_port()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        using RunningProgram relay = await site.StartRelayAsync();

        await relay.AwaitAsync(
            $"proxy-helper: Listening on TCP 194.0.22.9:9199, relaying to {site.Target}.");
        Assert.Contains(AnyPort, relay.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Promise", "relay-allowed-ports")]
    public async Task With_allowed_ports_only_these_are_relayed_and_no_warning_is_written()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        using RunningProgram relay = await site.StartRelayAsync("--allow-port", "443", "--max-connections", "100");

        (await site.RelayOneAsync(443)).User.Dispose();
        await site.AssertRefusesAsync(80);

        await relay.AwaitAsync("its original port is not allowed");
        Assert.DoesNotContain(AnyPort, relay.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("limit of open files", relay.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-Sn 64 -Hn 4096", false)] // the relay raises the soft limit to 2 * 100 + 256
    [InlineData("-n 300", true)]
    public async Task A_low_limit_of_open_files_is_raised_or_reported(string limit, bool isReported)
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        string program = daemon.Program;
        string options = string.Join("; ", limit.Split(" -").Select(part => $"ulimit -{part.TrimStart('-')}"));
        using RunningProgram relay = site.Network.Proxy.Run(() => RunningProgram.Start(
            "bash", "-c", $"{options}; exec \"$0\" \"$@\"", program, "relay", "--listen", "194.0.22.9:9199", "--to",
            site.Target, "--router", "194.0.1.1", "--allow-port", "80", "--max-connections", "100"));
        await relay.AwaitAsync("Listening on TCP 194.0.22.9:9199");

        string warning = "The limit of open files is 300, but 100 connections need 456. At most 22 connections are "
            + "open at the same time, and more wait. Set 'LimitNOFILE=456' in the unit, ";
        Assert.Equal(isReported, relay.Output.Contains(warning, StringComparison.Ordinal));
        string[] limits = await File.ReadAllLinesAsync($"/proc/{relay.Id}/limits", Patience.Token());
        string files = limits.Single(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        Assert.Equal(isReported ? "300" : "456", files.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3]);
        (await site.RelayOneAsync()).User.Dispose();
    }

    [Fact]
    public async Task An_address_in_use_is_reported_with_the_next_step()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        using RunningProgram relay = await site.StartRelayAsync();

        using RunningProgram second = site.Begin(
            "--listen", "194.0.22.9:9199", "--to", site.Target, "--router", "194.0.1.1");

        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains("194.0.22.9:9199", second.Output, StringComparison.Ordinal);
        Assert.Contains("'ss -", second.Output, StringComparison.Ordinal);
        (await site.RelayOneAsync()).User.Dispose();
    }

    [Fact]
    public async Task Without_a_router_the_relay_does_not_start_and_names_the_option()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);

        using RunningProgram relay = site.Begin("--listen", "194.0.22.9:9199", "--to", site.Target);

        Assert.Equal(2, await relay.ExitAsync());
        Assert.Contains("'router' is missing", relay.Output, StringComparison.Ordinal);
        Assert.Contains("usage: proxy-helper relay --listen", relay.Output, StringComparison.Ordinal);
    }
}
