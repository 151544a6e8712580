using ProxyHelper.Addresses;
using ProxyHelper.Client;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using ProxyHelper.Tests.Protocol;
using ProxyHelper.Tests.Server;
using Xunit;

namespace ProxyHelper.Tests.Client;

/// <summary>Tests the client with the real responder.</summary>
public sealed class HelperClientOnRouterTests
{
    private static readonly ListenOptions _options = Router.Options("194.0.1.1");

    private static readonly HelperRequest _request = new()
    {
        Helper = Asker.Helper(),
        Source = Datagrams.Source,
        Destination = Datagrams.Destination,
        Timeout = TimeSpan.FromMinutes(1),
    };

    [Fact]
    public void An_existing_connection_is_found() => Router.WithResponder(_options, (responder, _) =>
    {
        HelperAnswer answer = Ask(_request);
        Assert.Equal((HelperOutcome.Found, 1), (answer.Outcome, answer.Sends));
        Assert.Equal(
            "10.1.1.1:20000 -> 4.1.1.2:25 by 10.1.1.1",
            $"{answer.OriginalSource} -> {answer.OriginalDestination} by {answer.Ident}");
        Assert.Equal("194.0.22.9", answer.AskedFrom?.Address.ToString());
        Assert.Equal(1, responder.Counts[Outcome.Found]);
    });

    [Fact]
    public void A_missing_connection_is_not_found_from_a_local_address() =>
        Router.WithResponder(_options, (responder, _) =>
        {
            HelperAnswer answer = Ask(_request with { Destination = TransportEndPoint.Parse("203.0.113.5:9199") });
            Assert.Equal((HelperOutcome.NotFound, 1), (answer.Outcome, answer.Sends));
            Assert.NotEqual("203.0.113.5", answer.AskedFrom?.Address.ToString());
            Assert.Equal(1, responder.Counts[Outcome.NotFound]);
        });

    [Fact]
    public void The_right_secret_gets_a_reply_and_a_wrong_secret_gets_silence() =>
        Router.WithResponder(_options, Router.Rules with { Secret = 7 }, (responder, _) =>
        {
            Assert.Equal(HelperOutcome.Found, Ask(_request with { Secret = 7 }).Outcome);
            HelperAnswer answer = Ask(_request with { Secret = 8, Sends = 2, Timeout = TimeSpan.FromMilliseconds(50) });
            Assert.Equal((HelperOutcome.TimedOut, 2), (answer.Outcome, answer.Sends));
            Assert.Equal(HelperOutcome.Found, Ask(_request with { Secret = 7 }).Outcome);
            Assert.Equal(new ResponderCounts { [Outcome.Found] = 2, [Outcome.WrongSecret] = 2 }, responder.Counts);
        });

    [Fact]
    public void A_helper_without_a_route_is_unreachable() => Router.With(() =>
    {
        HelperAnswer answer = Ask(_request with { Helper = Asker.Helper("203.0.113.5") });
        Assert.Equal((HelperOutcome.Unreachable, 1), (answer.Outcome, answer.Sends));
    });

    [Fact]
    public void After_the_responder_has_stopped_the_port_refuses() => Router.WithResponder(_options, (responder, _) =>
    {
        Assert.Equal(HelperOutcome.Found, Ask(_request).Outcome);
        responder.Stop();
        Assert.Equal(HelperOutcome.Refused, Ask(_request).Outcome);
    });

    [Fact]
    public void Over_TCP_only_an_existing_connection_is_found() =>
        Router.WithResponder(_options with { TcpPort = 114 }, (responder, _) =>
        {
            HelperAnswer answer = LineClient.AskAsync(_request, CancellationToken.None).GetAwaiter().GetResult();
            Assert.Equal((HelperOutcome.Found, 1), (answer.Outcome, answer.Sends));
            Assert.Equal("4.1.1.2:25 by 10.1.1.1", $"{answer.OriginalDestination} by {answer.Ident}");
            HelperRequest other = _request with { Source = TransportEndPoint.Parse("194.0.1.1:1") };
            Assert.Equal(
                HelperOutcome.NotFound,
                LineClient.AskAsync(other, CancellationToken.None).GetAwaiter().GetResult().Outcome);
            Assert.Equal(new ResponderCounts { [Outcome.Found] = 1, [Outcome.NotFound] = 1 }, responder.Counts);
        });

    // The client opens its socket before its first await, so the socket is in the namespace of this thread.
    private static HelperAnswer Ask(HelperRequest request) =>
        HelperClient.AskAsync(request, CancellationToken.None).GetAwaiter().GetResult();
}
