using System.Collections.Concurrent;
using System.Net.Sockets;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>The daemon under a client that behaves like smtp-gated.</summary>
public sealed class SmtpGatedTests(PublishedDaemon daemon)
{
    [Fact]
    public async Task Five_hundred_lookups_of_twenty_connections_are_all_right()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        UserConnection[] connections = await gateway.OpenAsync(
            [.. Enumerable.Range(0, 20).Select(i => ($"10.1.1.{(i % 4) + 1}:{30000 + (i / 4)}", $"4.1.1.{i + 1}:25"))]);
        network.Proxy.Configure("ipv4/ip_local_port_range", "40000 40031"); // so that UDP ports soon come round again
        var answers = new ConcurrentDictionary<int, byte[]>();

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 500),
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (lookup, _) => answers[lookup] = await SmtpGated.AskAsync(network.Proxy, connections[lookup % connections.Length]));

        Assert.Equal(500, answers.Count);
        Assert.All(answers, answer => Assert.Equal(Expected(connections[answer.Key % connections.Length]), answer.Value));
    }

    [Fact]
    public async Task Over_TCP_two_hundred_lookups_of_twenty_connections_are_all_right_beside_those_over_UDP()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--tcp-port", "114");
        UserConnection[] connections = await gateway.OpenAsync(
            [.. Enumerable.Range(0, 20).Select(i => ($"10.1.1.{(i % 4) + 1}:{30000 + (i / 4)}", $"4.1.1.{i + 1}:25"))]);
        var answers = new ConcurrentDictionary<int, string>();

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 200),
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (lookup, _) =>
            {
                UserConnection connection = connections[lookup % connections.Length];
                answers[lookup] = await SmtpGated.AskOriginAsync(network.Proxy, connection);
                Assert.Equal(Expected(connection), await SmtpGated.AskAsync(network.Proxy, connection));
            });

        Assert.Equal(200, answers.Count);
        Assert.All(answers, answer => Assert.Equal(ExpectedOrigin(connections[answer.Key % connections.Length]), answer.Value));
    }

    [Fact]
    public async Task Over_TCP_who_is_not_allowed_learns_nothing_and_a_port_in_use_is_told()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "--tcp-port", "114", "--allow", "194.0.22.8");
        UserConnection connection = await gateway.OpenAsync("10.1.1.1:10943", "4.1.1.1:25");
        Assert.Equal(string.Empty, await ClosedAsync(SmtpGated.AskOriginAsync(network.Proxy, connection)));
        await program.AwaitAsync("Dropped a query from 194.0.22.9, which is not among the allowed proxies");

        using RunningProgram second = DaemonOnRouter.Begin(network, daemon, "-I", "194.0.1.1", "-P", "115", "--tcp-port", "114");
        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains("bind 194.0.1.1:114 (TCP): Address already in use", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_queries_take_less_than_eight_mebibytes()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        UserConnection[] connections = await gateway.OpenAsync(
            [.. Enumerable.Range(0, 10).Select(i => ("10.1.1.1:0", $"4.1.1.{i + 1}:25"))]);
        for (int query = 0; query < 1000; query++)
        {
            UserConnection connection = connections[query % connections.Length];
            Assert.Equal(Expected(connection), await SmtpGated.AskAsync(network.Proxy, connection));
        }

        Assert.InRange(ProcessState.PeakKibibytes(program.Id), 1, 8 * 1024);
    }

    /// <summary>What came before the helper closed, if only by a reset.</summary>
    private static async Task<string> ClosedAsync(Task<string> asking)
    {
        try
        {
            return await asking;
        }
        catch (SocketException failure) when (failure.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return string.Empty;
        }
    }

    private static string ExpectedOrigin(UserConnection connection) =>
        $"{connection.Source.Port} , {connection.Destination.Port} : ORIGIN : {connection.Server.Address} : {connection.Server.Port} : {connection.User.Address}\r\n";

    private static byte[] Expected(UserConnection connection) =>
        QueryDatagram.Found(QueryDatagram.Query(connection.Source, connection.Destination), connection.User, connection.Server);
}
