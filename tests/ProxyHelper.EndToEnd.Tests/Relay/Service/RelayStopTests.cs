using System.Net.Sockets;
using System.Runtime.InteropServices;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Service;

/// <summary>Tests the stop of the relay: the drain, its end by a second signal, and a restart.</summary>
public sealed class RelayStopTests(PublishedDaemon daemon)
{
    [Fact]
    [Trait("Promise", "relay-stop")]
    public async Task An_open_connection_finishes_before_the_relay_ends()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        using RunningProgram relay = await site.StartRelayAsync("--drain", "600");
        (Socket user, Socket proxy) = await site.RelayOneAsync();

        relay.Signal(PosixSignal.SIGTERM);
        await relay.AwaitAsync(
            $"Stopping. Open connections (1) have 600 seconds to finish. To reset them now, run 'kill {relay.Id}'.");
        SocketException refused = await Assert.ThrowsAsync<SocketException>(async () => await site.ConnectAsync());
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        await ServiceSite.AssertRelaysAsync(user, proxy);
        user.Dispose();
        proxy.Dispose();

        Assert.Equal(0, await relay.ExitAsync());
        Assert.Contains("1 connections, 0 open, 1 finished", relay.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Promise", "relay-stop")]
    public async Task A_second_signal_resets_the_open_connections()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        using RunningProgram relay = await site.StartRelayAsync("--drain", "600");
        (Socket user, Socket proxy) = await site.RelayOneAsync();
        relay.Signal(PosixSignal.SIGTERM);
        await relay.AwaitAsync("Stopping.");

        relay.Signal(PosixSignal.SIGINT);

        await ServiceSite.AssertResetAsync(user);
        Assert.Equal(0, await relay.ExitAsync());
        Assert.Contains("1 drained", relay.Output, StringComparison.Ordinal);
        int resetting = relay.Output.IndexOf("Resetting 1 open connections", StringComparison.Ordinal);
        Assert.InRange(resetting, 0, relay.Output.IndexOf("Stopped.", StringComparison.Ordinal));
        Assert.Equal(2, relay.Output.Split("have 600 seconds").Length);
        proxy.Dispose();
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0.1")]
    [Trait("Promise", "relay-stop")]
    public async Task After_the_drain_time_open_connections_are_reset(string drain)
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        using RunningProgram relay = await site.StartRelayAsync("--drain", drain);
        (Socket user, Socket proxy) = await site.RelayOneAsync();

        relay.Signal(PosixSignal.SIGTERM);

        await ServiceSite.AssertResetAsync(user);
        Assert.Equal(0, await relay.ExitAsync());
        proxy.Dispose();
    }

    [Fact]
    public async Task The_PID_file_is_removed_at_the_end()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        string pidFile = daemon.NewPath();
        using RunningProgram relay = await site.StartRelayAsync("-p", pidFile);
        Assert.Equal($"{relay.Id}\n", await File.ReadAllTextAsync(pidFile, Patience.Token()));

        relay.Signal(PosixSignal.SIGTERM);

        Assert.Equal(0, await relay.ExitAsync());
        Assert.False(File.Exists(pidFile));
    }
}
