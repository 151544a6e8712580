using System.Collections.Concurrent;
using System.Net.Sockets;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Tests the daemon with a client that behaves like smtp-gated.</summary>
public sealed class SmtpGatedTests(PublishedDaemon daemon)
{
    [Fact]
    [Trait("Promise", "correct-reply")]
    public async Task Five_hundred_look_ups_of_twenty_connections_are_correct()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        UserConnection[] connections = await gateway.OpenAsync(
            [.. Enumerable.Range(0, 20).Select(i => ($"10.1.1.{(i % 4) + 1}:{30000 + (i / 4)}", $"4.1.1.{i + 1}:25"))]);
        network.Proxy.Configure("ipv4/ip_local_port_range", "40000 40031"); // so that UDP ports are soon used again
        var replies = new ConcurrentDictionary<int, byte[]>();

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 500),
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (lookup, _) => replies[lookup] = await SmtpGated.QueryUdpAsync(
                network.Proxy, connections[lookup % connections.Length]));

        Assert.Equal(500, replies.Count);
        Assert.All(replies, reply => Assert.Equal(Expected(connections[reply.Key % connections.Length]), reply.Value));
    }

    [Fact]
    [Trait("Promise", "correct-reply")]
    public async Task Two_hundred_look_ups_over_TCP_and_over_UDP_at_the_same_time_are_correct()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--tcp-port", "114");
        UserConnection[] connections = await gateway.OpenAsync(
            [.. Enumerable.Range(0, 20).Select(i => ($"10.1.1.{(i % 4) + 1}:{30000 + (i / 4)}", $"4.1.1.{i + 1}:25"))]);
        var replies = new ConcurrentDictionary<int, string>();

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 200),
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (lookup, _) =>
            {
                UserConnection connection = connections[lookup % connections.Length];
                replies[lookup] = await SmtpGated.QueryTcpAsync(network.Proxy, connection);
                Assert.Equal(Expected(connection), await SmtpGated.QueryUdpAsync(network.Proxy, connection));
            });

        Assert.Equal(200, replies.Count);
        Assert.All(
            replies, reply => Assert.Equal(ExpectedLine(connections[reply.Key % connections.Length]), reply.Value));
    }

    [Fact]
    [Trait("Promise", "tcp-access")]
    public async Task Over_TCP_a_refused_client_gets_no_reply_and_a_port_in_use_is_reported()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using RunningProgram program = await DaemonOnRouter.StartAsync(
            network, daemon, "--tcp-port", "114", "--allow", "194.0.22.8");
        UserConnection connection = await gateway.OpenAsync("10.1.1.1:10943", "4.1.1.1:25");
        Assert.Equal(string.Empty, await ReadUntilClosedAsync(SmtpGated.QueryTcpAsync(network.Proxy, connection)));
        await program.AwaitAsync("Refused a query from 194.0.22.9, which is not an allowed proxy");

        using RunningProgram second = DaemonOnRouter.Begin(
            network, daemon, "-I", "194.0.1.1", "-P", "115", "--tcp-port", "114");
        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains("bind 194.0.1.1:114 (TCP): Address already in use", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Promise", "steady-memory")]
    public async Task A_thousand_queries_need_less_than_eleven_mebibytes()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        UserConnection[] connections = await gateway.OpenAsync(
            [.. Enumerable.Range(0, 10).Select(i => ("10.1.1.1:0", $"4.1.1.{i + 1}:25"))]);
        for (int query = 0; query < 1000; query++)
        {
            UserConnection connection = connections[query % connections.Length];
            Assert.Equal(Expected(connection), await SmtpGated.QueryUdpAsync(network.Proxy, connection));
        }

        Assert.InRange(ProcessState.PeakKibibytes(program.Id), 1, 11 * 1024);
    }

    /// <summary>Returns the reply that arrived before the helper closed or reset the connection.</summary>
    private static async Task<string> ReadUntilClosedAsync(Task<string> reply)
    {
        try
        {
            return await reply;
        }
        catch (SocketException failure)
            when (failure.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return string.Empty;
        }
    }

    private static string ExpectedLine(UserConnection connection) =>
        $"{connection.Source.Port} , {connection.Destination.Port} : ORIGIN : "
        + $"{connection.Server.Address} : {connection.Server.Port} : {connection.User.Address}\r\n";

    private static byte[] Expected(UserConnection connection)
    {
        byte[] query = QueryDatagram.Query(connection.Source, connection.Destination);
        return QueryDatagram.Found(query, connection.User, connection.Server);
    }
}
