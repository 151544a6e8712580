using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Service;

/// <summary>
/// Tests the relay under a service manager. The test takes the part of systemd, with the same sockets and environment
/// variables.
/// </summary>
public sealed class RelayServiceManagerTests(PublishedDaemon daemon)
{
    [Fact]
    public async Task The_relay_notifies_the_service_manager_of_each_state_and_of_the_time_of_the_drain()
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        string path = daemon.NewPath(), program = daemon.Program;
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(path));
        using RunningProgram relay = site.Network.Proxy.Run(() => RunningProgram.Start(
            $"NOTIFY_SOCKET={path}", "WATCHDOG_USEC=2000000", program, "relay", "--listen", "194.0.22.9:9199", "--to",
            site.Target, "--router", "194.0.1.1", "--drain", "120"));

        string ready = $"READY=1\nSTATUS=Listening on TCP 194.0.22.9:9199, relaying to {site.Target}.";
        Assert.Equal(ready, await ReceiveNextAsync(manager, except: "WATCHDOG=1"));
        Assert.Equal("WATCHDOG=1", await ReceiveNextAsync(manager, except: "READY=1"));

        relay.Signal(PosixSignal.SIGHUP);
        Assert.Matches(@"^RELOADING=1\nMONOTONIC_USEC=\d+$", await ReceiveNextAsync(manager, except: "WATCHDOG=1"));
        Assert.Equal(ready, await ReceiveNextAsync(manager, except: "WATCHDOG=1"));

        (Socket user, Socket proxy) = await site.RelayOneAsync();
        relay.Signal(PosixSignal.SIGTERM);
        Assert.Equal(
            "STOPPING=1\nEXTEND_TIMEOUT_USEC=130000000", await ReceiveNextAsync(manager, except: "WATCHDOG=1"));
        Assert.Equal("WATCHDOG=1", await ReceiveNextAsync(manager, except: "STOPPING=1")); // during the drain
        user.Dispose();
        proxy.Dispose();
        Assert.Equal(0, await relay.ExitAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("Promise", "relay-reload")]
    public async Task Restarts_reset_no_connection_if_the_socket_stays_open(int workers)
    {
        using ServiceSite site = await ServiceSite.StartAsync(daemon);
        int kept = site.Network.Proxy.Run(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(IPEndPoint.Parse("194.0.22.9:9199"));
            socket.Listen(128);
            return Descriptor.Duplicate(socket.SafeHandle);
        });
        try
        {
            for (int round = 0; round < 5; round++)
            {
                using Socket user = await site.ConnectAsync(); // before the relay runs
                using RunningProgram relay = StartWith(site, kept, workers);
                (Socket proxy, _, _) = await site.AcceptAsync();
                await ServiceSite.AssertRelaysAsync(user, proxy);
                await relay.AwaitAsync("Listening on TCP 194.0.22.9:9199"); // before, a signal ends the start
                relay.Signal(PosixSignal.SIGTERM);
                user.Dispose();
                proxy.Dispose();
                Assert.Equal(0, await relay.ExitAsync());
            }
        }
        finally
        {
            Descriptor.Close(kept);
        }
    }

    private RunningProgram StartWith(ServiceSite site, int socket, int workers)
    {
        string program = daemon.Program;
        string script = FormattableString.Invariant(
            $"exec 3<&{socket}; exec {socket}<&-; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$0\" \"$@\"");
        return site.Network.Proxy.Run(() => RunningProgram.Start(
            "bash", "-c", script, program, "relay", "--to", site.Target, "--router", "194.0.1.1", "--workers",
            $"{workers}"));
    }

    private static async Task<string> ReceiveNextAsync(Socket manager, string except)
    {
        byte[] buffer = new byte[4096];
        while (true)
        {
            int length = await manager.ReceiveAsync(buffer, Patience.Token());
            string message = Encoding.UTF8.GetString(buffer, 0, length);
            if (!message.StartsWith(except, StringComparison.Ordinal))
            {
                return message;
            }
        }
    }
}
