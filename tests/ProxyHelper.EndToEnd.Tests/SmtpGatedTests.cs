using System.Collections.Concurrent;
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

    private static byte[] Expected(UserConnection connection) =>
        QueryDatagram.Found(QueryDatagram.Query(connection.Source, connection.Destination), connection.User, connection.Server);
}
