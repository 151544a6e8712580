using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>Tests loops through real NAT, with the packaged helper on the router.</summary>
[Trait("Promise", "relay-no-loop")]
public sealed class NatLoopTests(PublishedDaemon daemon)
{
    // A DNAT rule without an interface also redirects the connection of the proxy to the server.
    private const string RulesWithoutInterface = """
        table ip web_gateway {
            chain prerouting {
                type nat hook prerouting priority dstnat;
                tcp dport 80 dnat to 194.0.22.9:9199
            }
            chain postrouting {
                type nat hook postrouting priority srcnat;
                ip daddr 194.0.22.9 tcp dport 9199 snat to 194.0.1.1
            }
        }
        """;

    private static readonly IPEndPoint _server = IPEndPoint.Parse("4.1.1.1:80");

    [Fact]
    public async Task A_redirected_connection_of_the_proxy_comes_back_once_and_is_reset()
    {
        using var network = RouterNetwork.Create();
        network.Router.LoadRules(RulesWithoutInterface);
        using RunningProgram helper = await DaemonOnRouter.StartAsync(network, daemon);
        using RunningProgram relay = await StartRelayAsync(network);
        using Socket target = network.Proxy.OpenSocket(CaseTarget.EndPoint, SocketType.Stream);
        target.Listen();
        using Socket user = network.User.OpenSocket(IPEndPoint.Parse("10.1.1.1:0"), SocketType.Stream);
        await user.ConnectAsync(_server, Patience.Token());

        // The target connects to the destination in the header, as a transparent proxy does.
        using TargetConnection accepted = await TargetConnection.ReadHeaderAsync(
            await target.AcceptAsync(Patience.Token()));
        Assert.Equal(new TransportEndPoint(_server.Address, (ushort)_server.Port), accepted.Ends.Destination);
        using Socket onward = network.Proxy.OpenSocket(IPEndPoint.Parse("194.0.22.9:0"), SocketType.Stream);
        await AssertResetsAsync(onward, accepted.Ends.Destination.ToIPEndPoint());
        await relay.AwaitAsync("it would come back to the relay");
        Assert.False(target.Poll(0, SelectMode.SelectRead));
        await new RelayedPair(user, accepted.Socket).AssertRelaysAsync();
    }

    [Fact]
    public async Task A_user_who_connects_to_the_relay_itself_is_reset()
    {
        using var network = RouterNetwork.Create();
        network.Router.LoadRules(RulesWithoutInterface);
        using RunningProgram helper = await DaemonOnRouter.StartAsync(network, daemon);
        using RunningProgram relay = await StartRelayAsync(network);
        using Socket target = network.Proxy.OpenSocket(CaseTarget.EndPoint, SocketType.Stream);
        target.Listen();
        using Socket user = network.User.OpenSocket(IPEndPoint.Parse("10.1.1.1:0"), SocketType.Stream);

        await AssertResetsAsync(user, CaseNetwork.Relay);

        Assert.False(target.Poll(0, SelectMode.SelectRead));
        await relay.AwaitAsync("Reset a connection from 194.0.1.1");
    }

    /// <summary>Connects, and checks that the connection is reset, perhaps before it is known to be open.</summary>
    private static async Task AssertResetsAsync(Socket socket, IPEndPoint destination)
    {
        SocketException failure = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            await socket.ConnectAsync(destination, Patience.Token());
            await socket.ReceiveAsync(new byte[1], Patience.Token());
        });
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
    }

    private async Task<RunningProgram> StartRelayAsync(RouterNetwork network)
    {
        string path = daemon.Program;
        RunningProgram relay = network.Proxy.Run(() => RunningProgram.Start(
            path, "relay", "--listen", $"{CaseNetwork.Relay}", "--to", $"{CaseTarget.EndPoint}",
            "--router", "194.0.1.1"));
        await relay.AwaitAsync("Listening on ");
        return relay;
    }
}
