using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Client;
using ProxyHelper.Conntrack;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Tests look-ups of real connections through the NAT of a router.</summary>
[Trait("Promise", "correct-reply")]
public sealed class NatLookupTests
{
    private static readonly IPAddress _routerAddress = IPAddress.Parse("194.0.1.1");

    [Fact]
    public async Task The_proxy_learns_the_original_source_and_destination_and_reaches_the_server()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using Responder responder = Start(network, _routerAddress);
        using Socket server = network.Mail.OpenSocket(IPEndPoint.Parse("4.1.1.1:25"), SocketType.Stream);
        server.Listen();
        UserConnection connection = await gateway.OpenAsync("10.1.1.1:10943", "4.1.1.1:25");

        HelperAnswer answer = await QueryAsync(network, connection);

        Assert.Equal(HelperOutcome.Found, answer.Outcome);
        Assert.Equal(TransportEndPoint.Parse("10.1.1.1:10943"), answer.OriginalSource);
        Assert.Equal(TransportEndPoint.Parse("4.1.1.1:25"), answer.OriginalDestination);
        Assert.Equal("10.1.1.1", answer.Ident);
        Assert.Equal(IPAddress.Parse("194.0.22.9"), answer.AskedFrom?.Address);
        using Socket onward = network.Proxy.OpenSocket(new IPEndPoint(IPAddress.Any, 0), SocketType.Stream);
        await onward.ConnectAsync(answer.OriginalDestination!.Value.ToIPEndPoint(), Patience.Token());
        using (Socket accepted = await server.AcceptAsync(Patience.Token()))
        {
            await accepted.SendAsync(Encoding.ASCII.GetBytes("220 mail.example ESMTP\r\n"), Patience.Token());
        }

        string greeting = await UserConnection.ReadToEndAsync(onward);
        Assert.Equal("220 mail.example ESMTP\r\n", greeting);
    }

    [Fact]
    public async Task Users_with_the_same_source_port_get_different_replies()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using Responder responder = Start(network, _routerAddress);
        UserConnection[] connections = await gateway.OpenAsync(
            [.. Enumerable.Range(1, 4).Select(user => ($"10.1.1.{user}:10943", "4.1.1.1:25"))]);

        HelperAnswer[] answers = await QueryAllAsync(network, connections);

        // The proxy sees four ports of one address. NAT kept one source port and changed three.
        Assert.Equal(4, connections.Select(connection => connection.Source).Distinct().Count());
        Assert.Equal(3, connections.Count(connection => connection.Source.Port != 10943));
        Assert.Equal(connections.Select(Expected), answers.Select(Read));
        Assert.Equal(["10.1.1.1", "10.1.1.2", "10.1.1.3", "10.1.1.4"], answers.Select(answer => answer.Ident));
    }

    [Fact]
    public async Task Fifty_connections_at_the_same_time_get_fifty_correct_replies()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using Responder responder = Start(network, _routerAddress);
        UserConnection[] connections = await gateway.OpenAsync(
            [.. Enumerable.Range(0, 50)
                .Select(i => ($"10.1.1.{(i % 4) + 1}:{20000 + (i / 4)}", $"4.1.1.{(i % 7) + 1}:25"))]);

        HelperAnswer[] answers = await QueryAllAsync(network, connections);

        Assert.Equal(50, connections.Select(connection => connection.Source).Distinct().Count());
        Assert.Equal(connections.Select(Expected), answers.Select(Read));
        ResponderCounts counts = responder.Counts;
        Assert.Equal((0, 0, 0), (counts[Outcome.NotFound], counts[Outcome.Malformed], counts[Outcome.FailedLookup]));
    }

    [Fact]
    public async Task A_connection_that_both_sides_have_closed_is_still_found()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using Responder responder = Start(network, _routerAddress);
        UserConnection connection = await gateway.OpenAsync("10.1.1.2:0", "4.1.1.1:25");
        await connection.CloseAsync();
        network.Router.Run(() => AwaitTimeWait(connection));

        HelperAnswer answer = await QueryAsync(network, connection);

        Assert.Equal(Expected(connection), Read(answer));
    }

    [Fact]
    public async Task A_connection_that_does_not_exist_is_not_found()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using Responder responder = Start(network, _routerAddress, trusted: ["194.0.22.9"]);
        UserConnection connection = await gateway.OpenAsync("10.1.1.1:10943", "4.1.1.1:25");

        HelperAnswer[] answers = await Task.WhenAll(
            QueryAsync(network, "194.0.1.1:10944", "194.0.22.9:9199"),
            QueryAsync(network, "194.0.1.1:10943", "194.0.22.9:9198"),
            QueryAsync(network, "194.0.22.9:9199", "194.0.1.1:10943"), // source and destination swapped
            QueryAsync(network, "4.1.1.1:25", "10.1.1.1:10943")); // the kernel matches the original direction

        Assert.All(answers, answer => Assert.Equal(HelperOutcome.NotFound, answer.Outcome));
        Assert.Equal(4, responder.Counts[Outcome.NotFound]);
        Assert.Equal(Expected(connection), Read(await QueryAsync(network, connection)));
    }

    [Theory]
    [InlineData("194.0.1.1")]
    [InlineData("194.0.22.254")]
    [InlineData("10.1.1.254")]
    [Trait("Promise", "same-address")]
    public async Task A_responder_on_all_addresses_replies_from_the_queried_address(string helper)
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using Responder responder = Start(network, IPAddress.Any);
        UserConnection connection = await gateway.OpenAsync("10.1.1.3:0", "4.1.1.1:25");

        // The client accepts no reply from another address.
        HelperAnswer answer = await QueryAsync(
            network, connection.Source.ToString(), connection.Destination.ToString(), helper);

        Assert.Equal(Expected(connection), Read(answer));
        Assert.Empty(answer.IgnoredReplies);
    }

    private static Responder Start(RouterNetwork network, IPAddress address, params string[] trusted) =>
        network.Router.Run(() => Responder.Start(
            new ListenOptions { Addresses = [address] },
            new AnswerRules { TrustedClients = [.. trusted.Select(EndPointPattern.ParseAddresses)] }));

    /// <summary>Queries all connections at the same time.</summary>
    private static Task<HelperAnswer[]> QueryAllAsync(RouterNetwork network, UserConnection[] connections) =>
        Task.WhenAll(network.Proxy.Run(() => connections.Select(connection => HelperClient.AskAsync(
            Request(connection.Source.ToString(), connection.Destination.ToString()), Patience.Token())).ToArray()));

    private static Task<HelperAnswer> QueryAsync(RouterNetwork network, UserConnection connection) =>
        QueryAsync(network, connection.Source.ToString(), connection.Destination.ToString());

    private static Task<HelperAnswer> QueryAsync(
        RouterNetwork network, string source, string destination, string helper = "194.0.1.1")
    {
        HelperRequest request = Request(source, destination, helper);

        // The client opens its socket before its first await, which is on the thread of the host.
        return network.Proxy.Run(() => HelperClient.AskAsync(request, Patience.Token()));
    }

    private static HelperRequest Request(string source, string destination, string helper = "194.0.1.1") => new()
    {
        Helper = new IPEndPoint(IPAddress.Parse(helper), ListenOptions.DefaultPort),
        Source = TransportEndPoint.Parse(source),
        Destination = TransportEndPoint.Parse(destination),
        Timeout = TimeSpan.FromSeconds(10),
    };

    private static (HelperOutcome, TransportEndPoint?, TransportEndPoint?) Expected(UserConnection connection) =>
        (HelperOutcome.Found, connection.User, connection.Server);

    private static (HelperOutcome, TransportEndPoint?, TransportEndPoint?) Read(HelperAnswer answer) =>
        (answer.Outcome, answer.OriginalSource, answer.OriginalDestination);

    /// <summary>Waits until the last acknowledgement has passed the router. Only the table shows that.</summary>
    private static void AwaitTimeWait(UserConnection connection)
    {
        using ConntrackTable table = ConntrackTable.Open();
        var reply = new ConntrackTuple(IPProtocol.Tcp, connection.Destination, connection.Source);
        var waited = Stopwatch.StartNew();
        ConnectionState? state;
        do
        {
            state = table.Find(reply)?.State;
        }
        while (state != ConnectionState.TimeWait && waited.Elapsed < Patience.Limit);
        Assert.Equal(ConnectionState.TimeWait, state);
    }
}
