using System.Net.Sockets;
using Xunit;

namespace ProxyHelper.EndToEnd.Relay.Cases;

/// <summary>Tests which connections the relay refuses. A refused connection never reaches the target.</summary>
public sealed class RefusalTests(PublishedDaemon daemon)
{
    [Fact]
    [Trait("Promise", "relay-routers-only")]
    public async Task A_connection_that_does_not_come_from_a_router_is_reset_without_a_query()
    {
        using var network = CaseNetwork.Create();
        using var target = CaseTarget.Open(network);
        using var helper = new CaseHelper(network.Router, CaseNetwork.OtherRouter);
        using RunningProgram relay = await network.StartRelayAsync(daemon);

        await network.AssertResetsAsync(CaseNetwork.OtherRouter);

        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("not_router"), 1);
        Assert.Equal(0, await RelayMetrics.ReadAsync(network, RelayMetrics.Queries));
        Assert.False(helper.HasQuery);
        Assert.False(target.HasConnection);
        await relay.AwaitAsync($"{CaseNetwork.OtherRouter}");
    }

    [Theory]
    [InlineData("10.1.1.1:10943", "194.0.22.9:9199")] // the user connected to the relay itself
    [InlineData("10.1.1.1:10943", "194.0.22.9:80")] // another port of this host
    [InlineData("194.0.22.9:40000", "4.1.1.1:80")] // the proxy's own connection was redirected
    [InlineData("127.0.0.1:10943", "4.1.1.1:80")]
    [InlineData("10.1.1.1:10943", "127.0.0.1:80")]
    [InlineData("10.1.1.1:10943", "127.255.0.3:80")]
    [InlineData("10.1.1.1:10943", "0.0.0.0:80")]
    [InlineData("10.1.1.1:10943", "0.1.2.3:80")]
    [InlineData("10.1.1.1:10943", "224.0.0.1:80")]
    [InlineData("239.255.255.250:10943", "4.1.1.1:80")]
    [InlineData("10.1.1.1:10943", "255.255.255.255:80")]
    [InlineData("10.1.1.1:0", "4.1.1.1:80")]
    [InlineData("10.1.1.1:10943", "4.1.1.1:0")]
    [Trait("Promise", "relay-no-loop")]
    public async Task A_connection_whose_original_end_is_this_host_or_no_host_is_reset(
        string source, string destination)
    {
        using var network = CaseNetwork.Create();
        using var target = CaseTarget.Open(network);
        using CaseHelper helper = network.OpenHelper();
        helper.Serve(query => query.Found(OriginalEnds.Parse(source, destination)));
        using RunningProgram relay = await network.StartRelayAsync(daemon);

        await network.AssertResetsAsync();

        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("loop"), 1);
        Assert.False(target.HasConnection);
        await relay.AwaitAsync($"{source}");
    }

    [Fact]
    [Trait("Promise", "relay-no-loop")]
    public async Task A_connection_to_an_address_that_this_host_got_later_is_reset()
    {
        const string later = "4.1.1.1";
        using var network = CaseNetwork.Create();
        using var target = CaseTarget.Open(network);
        using CaseHelper helper = network.OpenHelper();
        helper.Serve(query => query.Found(OriginalEnds.Parse("10.1.1.1:10943", $"{later}:80")));
        using RunningProgram relay = await network.StartRelayAsync(daemon);
        using Socket before = await network.ConnectAsync();
        using TargetConnection accepted = await target.AcceptAsync();

        network.Proxy.AddAddress($"{later}/32", "lo");

        // The relay may learn of the new address a moment later. From then on, every connection is reset.
        CancellationToken patience = Patience.Token();
        while (await RelayMetrics.ReadAsync(network, RelayMetrics.Outcome("loop")) == 0)
        {
            patience.ThrowIfCancellationRequested();
            await network.TryConnectAsync();
        }

        await network.AssertResetsAsync();
    }

    [Fact]
    [Trait("Promise", "relay-allowed-ports")]
    public async Task A_connection_to_a_port_that_is_not_allowed_is_reset()
    {
        using var network = CaseNetwork.Create();
        using var target = CaseTarget.Open(network);
        using CaseHelper helper = network.OpenHelper();
        using RunningProgram relay = await network.StartRelayAsync(
            daemon, "--allow-port", "80", "--allow-port", "8000-8999");
        foreach ((string port, bool isAllowed) in ((string, bool)[])
            [("80", true), ("25", false), ("8000", true), ("8999", true), ("9000", false), ("7999", false)])
        {
            var ends = OriginalEnds.Parse("10.1.1.1:10943", $"4.1.1.1:{port}");
            using Socket user = await network.ConnectAsync();
            ReceivedQuery query = await helper.ReceiveAsync();
            helper.Send(query, query.Found(ends));
            if (isAllowed)
            {
                using TargetConnection accepted = await target.AcceptAsync();
                Assert.Equal(ends, accepted.Ends);
            }
            else
            {
                await RelayedPair.AssertResetAsync(user);
            }
        }

        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("port_not_allowed"), 3);
        Assert.False(target.HasConnection);
    }

    [Fact]
    [Trait("Promise", "relay-source-limit")]
    public async Task A_source_with_too_many_connections_is_refused_until_one_of_them_ends()
    {
        const string source = "10.1.1.1";
        using var network = CaseNetwork.Create();
        using var target = CaseTarget.Open(network);
        using CaseHelper helper = network.OpenHelper();
        using RunningProgram relay = await network.StartRelayAsync(daemon, "--max-connections-per-source", "2");
        using RelayedPair first = await OpenOfAsync(source);
        using RelayedPair second = await OpenOfAsync(source);

        using (Socket third = await AskAboutAsync(source))
        {
            await RelayedPair.AssertResetAsync(third);
        }

        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("too_many_of_source"), 1);
        using RelayedPair other = await OpenOfAsync("10.1.1.2");
        await first.FinishAsync();
        await RelayMetrics.AwaitAsync(network, RelayMetrics.Outcome("finished"), 1);
        using RelayedPair next = await OpenOfAsync(source);
        await next.AssertRelaysAsync();

        async Task<RelayedPair> OpenOfAsync(string address)
        {
            Socket user = await AskAboutAsync(address);
            return new RelayedPair(user, (await target.AcceptAsync()).Socket);
        }

        async Task<Socket> AskAboutAsync(string address)
        {
            Socket user = await network.ConnectAsync();
            ReceivedQuery query = await helper.ReceiveAsync();
            helper.Send(query, query.Found(OriginalEnds.Parse($"{address}:{query.SourcePort}", "4.1.1.1:80")));
            return user;
        }
    }
}
