using System.Net;
using System.Net.Sockets;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>
/// Represents a router, 194.0.1.1, and the host of a proxy, 194.0.22.9. The router has no NAT: a test opens the
/// connections that NAT would make, and the test is the helper. So the test decides what the relay learns and when.
/// </summary>
internal sealed class CaseNetwork : IDisposable
{
    private const string RouterAddress = "194.0.1.1";
    private const string Link = "cable";

    private readonly HostNetwork _hosts;

    private CaseNetwork(HostNetwork hosts)
    {
        _hosts = hosts;
        Router = hosts.AddHost("router");
        Proxy = hosts.AddHost("proxy");
        HostNetwork.Connect(Router, Link, Proxy, Link);
        Router.AddAddress($"{RouterAddress}/32", "lo");
        Router.AddAddress($"{OtherRouter}/24", Link);
        Proxy.AddAddress($"{Relay.Address}/24", Link);
        Proxy.AddRoute("default", $"{OtherRouter}");
    }

    /// <summary>Gets the end point of the relay.</summary>
    public static IPEndPoint Relay { get; } = IPEndPoint.Parse("194.0.22.9:9199");

    /// <summary>Gets the address of a router that the relay does not allow.</summary>
    public static IPAddress OtherRouter { get; } = IPAddress.Parse("194.0.22.254");

    /// <summary>Gets the router.</summary>
    public NetworkHost Router { get; }

    /// <summary>Gets the host of the relay and its target.</summary>
    public NetworkHost Proxy { get; }

    /// <summary>Creates the hosts. Skips the running test if this machine cannot do so.</summary>
    public static CaseNetwork Create()
    {
        var hosts = HostNetwork.Create();
        try
        {
            return new CaseNetwork(hosts);
        }
        catch
        {
            hosts.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Limits what the kernel keeps of a connection to 1 MiB at each end, so that a reader that stops holds the sender
    /// soon.
    /// </summary>
    public void LimitBuffers()
    {
        foreach (NetworkHost host in (NetworkHost[])[Router, Proxy])
        {
            host.Configure("ipv4/tcp_rmem", "4096 65536 1048576");
            host.Configure("ipv4/tcp_wmem", "4096 65536 1048576");
        }
    }

    /// <summary>Starts the packaged relay, and waits until the relay listens.</summary>
    public Task<RunningProgram> StartRelayAsync(PublishedDaemon daemon, params string[] arguments) =>
        StartRelayAsync(daemon, descriptors: null, arguments);

    /// <summary>Starts the packaged relay with a hard limit of open descriptors.</summary>
    public async Task<RunningProgram> StartRelayAsync(
        PublishedDaemon daemon, int? descriptors, params string[] arguments)
    {
        string[] limit = descriptors is null ? [] : ["prlimit", $"--nofile={descriptors}:{descriptors}"];
        string[] words =
        [
            .. limit, daemon.Program, "relay", "--listen", $"{Relay}", "--router", RouterAddress,
            "--metrics", $"{RelayMetrics.EndPoint}", .. arguments,
        ];
        if (!arguments.Contains("--to"))
        {
            words = [.. words, "--to", $"{CaseTarget.EndPoint}"];
        }

        RunningProgram program = Proxy.Run(() => RunningProgram.Start(words[0], words[1..]));
        try
        {
            await program.AwaitAsync("Listening on ");
            return program;
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    /// <summary>Connects to the relay as the router does for a user.</summary>
    public Task<Socket> ConnectAsync() => ConnectAsync(IPAddress.Parse(RouterAddress));

    /// <summary>Connects to the relay from an address of the router.</summary>
    public async Task<Socket> ConnectAsync(IPAddress address)
    {
        Socket socket = Router.OpenSocket(new IPEndPoint(address, 0), SocketType.Stream);
        try
        {
            await socket.ConnectAsync(Relay, Patience.Token());
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects to the relay as the router does for a user, and checks that the relay resets this.</summary>
    public Task AssertResetsAsync() => AssertResetsAsync(IPAddress.Parse(RouterAddress));

    /// <summary>Connects to the relay from an address, and checks that the relay resets the connection.</summary>
    public async Task AssertResetsAsync(IPAddress address)
    {
        SocketException failure = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            // The reset can arrive before the connection is known to be open.
            using Socket user = await ConnectAsync(address);
            await user.ReceiveAsync(new byte[1], Patience.Token());
        });
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
    }

    /// <summary>Connects to the relay and ends the connection.</summary>
    /// <returns>False when the relay does not listen.</returns>
    public async Task<bool> TryConnectAsync()
    {
        try
        {
            RelayedPair.Reset(await ConnectAsync());
            return true;
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true; // the relay accepted and reset the connection
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return false;
        }
    }

    /// <summary>Opens the router's helper.</summary>
    public CaseHelper OpenHelper() => new(Router, IPAddress.Parse(RouterAddress));

    /// <summary>Opens a helper that says "found" about every connection.</summary>
    public CaseHelper OpenFinder()
    {
        CaseHelper helper = OpenHelper();
        helper.Serve(query => query.Found(OriginalEnds.Of(query.SourcePort)));
        return helper;
    }

    /// <inheritdoc/>
    public void Dispose() => _hosts.Dispose();
}
