using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ProxyHelper.Addresses;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Tests the access rules with queries from real hosts.</summary>
public sealed class AccessTests(PublishedDaemon daemon)
{
    private const StringComparison Exact = StringComparison.Ordinal;
    private const string Proxy = "194.0.22.9";
    private const string User = "10.1.1.1";
    private const uint Secret = 3405691582; // 0xcafebabe

    private static readonly IPEndPoint _daemon = IPEndPoint.Parse("194.0.1.1:114");

    [Fact]
    [Trait("Promise", "own-connections")]
    [Trait("Promise", "silent-refusal")]
    public async Task A_host_gets_no_reply_about_a_connection_to_another_address()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);

        await AssertRefusedAsync(
            network.User, User, program, "Refused a query from 10.1.1.1 about a connection of another host");

        await AssertFoundAsync(network.Proxy, Proxy);
        await AssertFoundAsync(network.Router, "194.0.1.1"); // the host itself
        await AssertFoundAsync(network.Router, "10.1.1.254");
    }

    [Fact]
    public async Task A_trusted_client_gets_a_reply_about_every_connection()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(
            network, daemon, "--trust", "10.1.1.0/30", "--allow", Proxy);

        await AssertFoundAsync(network.User, User);
        await AssertFoundAsync(network.Proxy, Proxy);
        await AssertRefusedAsync(
            network.User, "10.1.1.4", program, "Refused a query from 10.1.1.4, which is not an allowed proxy");
    }

    [Fact]
    [Trait("Promise", "allowed-proxies")]
    [Trait("Promise", "silent-refusal")]
    public async Task A_proxy_that_is_not_allowed_gets_no_reply()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(
            network, daemon, "--allow", "194.0.23.0/24", "--allow", "194.0.22.8");

        await AssertRefusedAsync(
            network.Proxy, Proxy, program, "Refused a query from 194.0.22.9, which is not an allowed proxy");
        await AssertFoundAsync(network.Router, "194.0.1.1");
    }

    [Fact]
    public async Task The_drop_in_call_works_and_warns_once_that_every_host_may_ask()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string pidFile = daemon.NewPath();
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "-p", pidFile);
        await AssertFoundAsync(network.Proxy, Proxy);

        program.Signal(PosixSignal.SIGHUP);
        await program.AwaitAsync("The configuration was reloaded.");
        program.Signal(PosixSignal.SIGTERM);

        Assert.Equal(0, await program.ExitAsync());
        const string warning = "'allow' is missing: every host may ask about connections to its own address. "
            + "Use '--allow ADDRESS', or 'allow = ADDRESS' in the configuration file, with the address of the proxy.";
        Assert.Equal(2, program.Output.Split(warning).Length);
    }

    [Fact]
    public async Task A_list_of_allowed_proxies_needs_no_warning()
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--allow", "0.0.0.0/0");
        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await program.ExitAsync());
        Assert.DoesNotContain("missing", program.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20_480, 211)] // the limit for filters before Linux 6.7
    [InlineData(20_480, 500)]
    [InlineData(2_048, 500)]
    [Trait("Promise", "flood-isolation")]
    public async Task A_long_list_of_allowed_proxies_works_under_a_small_limit_for_filters(int limit, int count)
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        network.Router.Run(() =>
        {
            const string path = "/proc/sys/net/core/optmem_max";
            if (File.Exists(path)) // an older kernel has one limit for all namespaces, which is small
            {
                File.WriteAllText(path, $"{limit}");
            }
        });
        string file = daemon.NewPath();
        string[] prefixes = [.. Enumerable.Range(0, count - 1).Select(i => $"allow = 200.{i / 250}.{i % 250}.0/24")];
        await File.WriteAllLinesAsync(file, [.. prefixes, $"allow = {Proxy}"], Patience.Token());

        using RunningProgram program = await DaemonOnRouter.StartAsync(
            network, daemon, "-c", file, "--max-delay", "60");
        await AssertFoundAsync(network.Proxy, Proxy);
        await AssertRefusedAsync(
            network.User, User, program, "Refused a query from 10.1.1.1, which is not an allowed proxy");

        await File.WriteAllLinesAsync(file, [.. prefixes, "allow = 194.0.22.8"], Patience.Token());
        program.Signal(PosixSignal.SIGHUP);
        await program.AwaitAsync("The configuration was reloaded.");
        using Socket proxy = Open(network.Proxy, Proxy);
        await proxy.SendAsync(Query(), Patience.Token());
        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, await program.ExitAsync());
        Assert.Contains("3 queries, 1 found, 0 not found, 0 failed look-ups, 2 refused", program.Output, Exact);
        Assert.False(proxy.Poll(0, SelectMode.SelectRead));
    }

    [Fact]
    [Trait("Promise", "flood-isolation")]
    public async Task The_rate_limit_of_one_sender_does_not_affect_others()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--rate", "1", "--trust", User);
        using Socket user = Open(network.User, User);
        for (int i = 0; i < 20; i++)
        {
            await user.SendAsync(Query(), Patience.Token());
        }

        await program.AwaitAsync("Refused a query from 10.1.1.1, which exceeds the rate limit");
        await AssertFoundAsync(network.Proxy, Proxy);
        for (int i = 0; i < 20; i++)
        {
            await AssertFoundAsync(network.Router, "194.0.1.1"); // this host has no limit
        }
    }

    [Fact]
    [Trait("Promise", "hidden-secret")]
    public async Task A_secret_from_a_file_is_not_in_the_process_list()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        string file = daemon.NewPath();
        await File.WriteAllTextAsync(file, $"{Secret}\n", Patience.Token());
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--secret-file", file);

        await AssertRefusedAsync(
            network.Proxy, Proxy, program, "Refused a query from 194.0.22.9 with a wrong secret");

        await AssertFoundAsync(network.Proxy, Proxy, Secret);
        string listed = await File.ReadAllTextAsync($"/proc/{program.Id}/cmdline", Patience.Token());
        Assert.Contains(file, listed, StringComparison.Ordinal);
        Assert.DoesNotContain($"{Secret}", listed, StringComparison.Ordinal);
        program.Signal(PosixSignal.SIGTERM);
        await program.ExitAsync();
        Assert.DoesNotContain($"{Secret}", program.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Promise", "hidden-secret")]
    public async Task A_secret_file_that_others_can_read_is_rejected()
    {
        string file = daemon.NewPath();
        await File.WriteAllTextAsync(file, $"{Secret}\n", Patience.Token());
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        using RunningProgram program = RunningProgram.Start(daemon.Program, "-I", "127.0.0.1", "--secret-file", file);

        Assert.Equal(1, await program.ExitAsync());
        Assert.Equal(
            $"proxy-helper: The secret file {file} is rejected: other users can read or change it. "
            + $"Run 'chmod 600 {file}'.",
            program.Output.Trim());
    }

    private static byte[] Query(uint secret = 0) =>
        QueryDatagram.Query(
            TransportEndPoint.Parse("194.0.1.1:3527"), TransportEndPoint.Parse($"{Proxy}:9199"), secret);

    private static Socket Open(NetworkHost host, string address)
    {
        Socket socket = host.OpenSocket(IPEndPoint.Parse($"{address}:0"), SocketType.Dgram);
        socket.Connect(_daemon);
        return socket;
    }

    /// <summary>Sends a query from a host and expects the reply.</summary>
    private static async Task AssertFoundAsync(NetworkHost host, string address, uint secret = 0)
    {
        using Socket socket = Open(host, address);
        byte[] found = TrackedConnection.Found(Query(secret));
        Assert.Equal(found, await DaemonOnRouter.ExchangeAsync(socket, Query(secret)));
    }

    /// <summary>Sends a query from a host and expects no reply, and a log line of the daemon.</summary>
    private static async Task AssertRefusedAsync(
        NetworkHost host, string address, RunningProgram program, string line)
    {
        using Socket socket = Open(host, address);
        await socket.SendAsync(Query(), Patience.Token());
        await program.AwaitAsync(line);
        Assert.False(socket.Poll(0, SelectMode.SelectRead));
    }
}
