using System.Net.Sockets;
using System.Runtime.InteropServices;
using ProxyHelper.EndToEnd.Daemon;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Service;

/// <summary>Tests the unit of the relay.</summary>
[Trait("Promise", "few-privileges")]
public sealed class RelayUnitTests(PublishedDaemon daemon)
{
    private const int Size = 4 * 1024 * 1024; // bytes, for which the relay uses splice

    private static readonly string _service = Path.Combine(
        Repository.Root, "src", "ProxyHelper.Daemon", "package", "systemd", "proxy-helper-relay.service");

    [Fact]
    public async Task The_unit_allows_every_system_call_of_the_relay()
    {
        Requirement.Tool("systemd-analyze");
        Requirement.Tool("strace");
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        string trace = daemon.NewPath(), program = daemon.Program;
        using RunningProgram relay = site.Network.Proxy.Run(() => RunningProgram.Start(
            // With -D the started process is the daemon, which receives the signals below.
            "strace", "-D", "-f", "-qq", "-e", "signal=none", "-o", trace, program, "relay", "--listen",
            "194.0.22.9:9199", "--to", site.Target, "--router", "194.0.1.1", "--metrics", "127.0.0.1:9115", "-v"));
        await relay.AwaitAsync("Listening on TCP 194.0.22.9:9199");
        await TransferAsync(site);
        await relay.AwaitAsync("finished");
        relay.Signal(PosixSignal.SIGHUP);
        await relay.AwaitAsync("The configuration was reloaded.");
        relay.Signal((PosixSignal)10); // SIGUSR1
        await relay.AwaitAsync("Counters since the start: 1 connections");
        relay.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await relay.ExitAsync());

        string[] made = await UnitCalls.ReadMadeAsync(trace);
        Assert.Contains("splice", made);
        Assert.Empty(made.Except(UnitCalls.ReadAllowed(_service)));
    }

    /// <summary>Sends many bytes to the user, and ends the connection on both sides.</summary>
    private static async Task TransferAsync(ServiceSite site)
    {
        (Socket user, Socket proxy) = await site.RelayOneAsync();
        byte[] buffer = new byte[Size];
        Task sending = proxy.SendAsync(buffer, Patience.Token()).AsTask();
        for (int received = 0; received < Size;)
        {
            int length = await user.ReceiveAsync(buffer, Patience.Token());
            Assert.NotEqual(0, length);
            received += length;
        }

        await sending;
        user.Dispose();
        proxy.Dispose();
    }
}
