using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Client;
using ProxyHelper.Conntrack;
using ProxyHelper.Server;
using Xunit;

namespace ProxyHelper.EndToEnd;

/// <summary>Connections through a router's NAT, and what a responder there says of them to the proxy.</summary>
public sealed class NatLookupTests
{
    private static readonly IPAddress _routerAddress = IPAddress.Parse("194.0.1.1");

    [Fact]
    public async Task The_proxy_learns_who_calls_whom_and_greets_in_the_servers_name()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using Responder responder = Start(network, _routerAddress);
        using Socket server = network.Mail.OpenSocket(IPEndPoint.Parse("4.1.1.1:25"), SocketType.Stream);
        server.Listen();
        UserConnection connection = await gateway.OpenAsync("10.1.1.1:10943", "4.1.1.1:25");

        HelperAnswer answer = await AskAsync(network, connection);

        Assert.Equal(HelperOutcome.Found, answer.Outcome);
        Assert.Equal(TransportEndPoint.Parse("10.1.1.1:10943"), answer.OriginalSource);
        Assert.Equal(TransportEndPoint.Parse("4.1.1.1:25"), answer.OriginalDestination);
        Assert.Equal("10.1.1.1", answer.Ident);
        Assert.Equal(IPAddress.Parse("194.0.22.9"), answer.AskedFrom?.Address);
        using Socket onward = network.Proxy.OpenSocket(new IPEndPoint(IPAddress.Any, 0), SocketType.Stream);
        await onward.ConnectAsync(answer.OriginalDestination!.Value.ToIPEndPoint(), Patience.Token());
        using (Socket accepted = await server.AcceptAsync(Patience.Token()))
        {
            await accepted.SendAsync(Encoding.ASCII.GetBytes("220 mail.example.org ESMTP\r\n"), Patience.Token());
        }

        string greeting = await UserConnection.ReadToEndAsync(onward);
        Assert.Equal("220 mail.example.org ESMTP\r\n", greeting);
    }

    [Fact]
    public async Task Users_with_the_same_source_port_at_once_are_told_apart()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using Responder responder = Start(network, _routerAddress);
        UserConnection[] connections = await gateway.OpenAsync(
            [.. Enumerable.Range(1, 4).Select(user => ($"10.1.1.{user}:10943", "4.1.1.1:25"))]);

        HelperAnswer[] answers = await AskAllAsync(network, connections);

        // The proxy sees four ports of one address: NAT could leave one as it was and had to change three.
        Assert.Equal(4, connections.Select(connection => connection.Source).Distinct().Count());
        Assert.Equal(3, connections.Count(connection => connection.Source.Port != 10943));
        Assert.Equal(connections.Select(Expected), answers.Select(Given));
        Assert.Equal(["10.1.1.1", "10.1.1.2", "10.1.1.3", "10.1.1.4"], answers.Select(answer => answer.Ident));
    }

    [Fact]
    public async Task Fifty_connections_at_once_each_get_their_own_answer()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using Responder responder = Start(network, _routerAddress);
        UserConnection[] connections = await gateway.OpenAsync(
            [.. Enumerable.Range(0, 50).Select(i => ($"10.1.1.{(i % 4) + 1}:{20000 + (i / 4)}", $"4.1.1.{(i % 7) + 1}:25"))]);

        HelperAnswer[] answers = await AskAllAsync(network, connections);

        Assert.Equal(50, connections.Select(connection => connection.Source).Distinct().Count());
        Assert.Equal(connections.Select(Expected), answers.Select(Given));
        Assert.Equal((0, 0, 0), (responder.Counts.NotFound, responder.Counts.Malformed, responder.Counts.FailedLookups));
    }

    [Fact]
    public async Task A_connection_that_both_have_closed_is_still_found()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using Responder responder = Start(network, _routerAddress);
        UserConnection connection = await gateway.OpenAsync("10.1.1.2:0", "4.1.1.1:25");
        await connection.CloseAsync();
        network.Router.Run(() => AwaitTimeWait(connection));

        HelperAnswer answer = await AskAsync(network, connection);

        Assert.Equal(Expected(connection), Given(answer));
    }

    [Fact]
    public async Task What_nobody_opened_is_not_found_beside_what_is_open()
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using Responder responder = Start(network, _routerAddress, trusted: ["194.0.22.9"]);
        UserConnection connection = await gateway.OpenAsync("10.1.1.1:10943", "4.1.1.1:25");

        HelperAnswer[] answers = await Task.WhenAll(
            AskAsync(network, "194.0.1.1:10944", "194.0.22.9:9199"),
            AskAsync(network, "194.0.1.1:10943", "194.0.22.9:9198"),
            AskAsync(network, "194.0.22.9:9199", "194.0.1.1:10943"), // the ends exchanged
            AskAsync(network, "4.1.1.1:25", "10.1.1.1:10943")); // the kernel matches it by its other direction, which must not count

        Assert.All(answers, answer => Assert.Equal(HelperOutcome.NotFound, answer.Outcome));
        Assert.Equal(4, responder.Counts.NotFound);
        Assert.Equal(Expected(connection), Given(await AskAsync(network, connection)));
    }

    [Theory]
    [InlineData("194.0.1.1")]
    [InlineData("194.0.22.254")]
    [InlineData("10.1.1.254")]
    public async Task A_responder_on_all_addresses_answers_from_the_one_that_was_asked(string asked)
    {
        using var network = RouterNetwork.Create();
        using var gateway = new MailGateway(network);
        using Responder responder = Start(network, IPAddress.Any);
        UserConnection connection = await gateway.OpenAsync("10.1.1.3:0", "4.1.1.1:25");

        // The client takes no answer from another address than the one that it asked.
        HelperAnswer answer = await AskAsync(network, connection.Source.ToString(), connection.Destination.ToString(), asked);

        Assert.Equal(Expected(connection), Given(answer));
        Assert.Empty(answer.IgnoredReplies);
    }

    private static Responder Start(RouterNetwork network, IPAddress address, params string[] trusted) => network.Router.Run(() =>
        Responder.Start(new ListenOptions { Addresses = [address] }, new AnswerRules { TrustedClients = [.. trusted.Select(EndPointPattern.ParseAddresses)] }));

    /// <summary>Asks about all without waiting for an answer between them.</summary>
    private static Task<HelperAnswer[]> AskAllAsync(RouterNetwork network, UserConnection[] connections) => Task.WhenAll(
        network.Proxy.Run(() => connections.Select(connection => HelperClient.AskAsync(
            Request(connection.Source.ToString(), connection.Destination.ToString()), Patience.Token())).ToArray()));

    private static Task<HelperAnswer> AskAsync(RouterNetwork network, UserConnection connection) =>
        AskAsync(network, connection.Source.ToString(), connection.Destination.ToString());

    private static Task<HelperAnswer> AskAsync(RouterNetwork network, string source, string destination, string helper = "194.0.1.1")
    {
        HelperRequest request = Request(source, destination, helper);
        return network.Proxy.Run(() => HelperClient.AskAsync(request, Patience.Token())); // it opens its socket before it first waits
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

    private static (HelperOutcome, TransportEndPoint?, TransportEndPoint?) Given(HelperAnswer answer) =>
        (answer.Outcome, answer.OriginalSource, answer.OriginalDestination);

    /// <summary>The last acknowledgement is the kernel's own, and no socket tells when it has passed the router: its table does.</summary>
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
