using System.Net;
using System.Threading.Channels;
using ProxyHelper.Addresses;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>
/// Provides a host with two addresses of the router, the address of the proxy, and the documented connection.
/// </summary>
internal static class Router
{
    private const int Patience = 60_000; // milliseconds; everything arrives at once unless the machine is busy

    /// <summary>
    /// Gets the connection 10.1.1.1:20000 -> 4.1.1.2:25, translated to 194.0.1.1:3527 -> 194.0.22.9:9199.
    /// </summary>
    public static ConntrackFlow Flow { get; } = ConntrackFlow.Tcp(
        "10.1.1.1:20000", "4.1.1.2:25", "194.0.22.9:9199", "194.0.1.1:3527");

    /// <summary>
    /// Gets rules that answer a query even if it waits for a second on a busy host, and without a failover grace, which
    /// a host that was just made would have.
    /// </summary>
    public static AnswerRules Rules { get; } = new()
    {
        MaxQueueDelay = TimeSpan.FromMinutes(1),
        FailoverGrace = TimeSpan.Zero,
    };

    /// <summary>Returns options that listen on addresses.</summary>
    public static ListenOptions Options(params string[] addresses) =>
        new() { Addresses = [.. addresses.Select(IPAddress.Parse)] };

    /// <summary>Runs the body on the host.</summary>
    public static void With(Action body) => RouterFixture.Run([Flow], ["194.0.1.2"], _ => body());

    /// <summary>Runs the body on the host with a responder.</summary>
    public static void WithResponder(ListenOptions options, Action<Responder, Asker> body) =>
        WithResponder(options, Rules, body);

    /// <summary>Runs the body on the host with a responder that has other rules.</summary>
    public static void WithResponder(ListenOptions options, AnswerRules rules, Action<Responder, Asker> body) =>
        With(() =>
        {
            using var asker = new Asker();
            using Responder responder = Responder.Start(options, rules);
            body(responder, asker);
        });

    /// <summary>Waits for the next notice. A query is logged after its reply has left.</summary>
    public static ServerNotice AwaitNotice(ChannelReader<ServerNotice> notices) =>
        notices.ReadAsync(TestSupport.Patience.Token()).AsTask().GetAwaiter().GetResult();

    /// <summary>Returns a query about the original direction of the connection.</summary>
    public static byte[] OriginalDirection()
    {
        byte[] query = Datagrams.Query;
        new ProxyHelper.Protocol.Query(
            Datagrams.Cookie,
            0,
            TransportEndPoint.Parse("4.1.1.2:25"),
            TransportEndPoint.Parse("10.1.1.1:20000")).Write(query);
        return query;
    }

    /// <summary>
    /// Returns the counts when a number of queries has been counted. Datagrams may wait in several queues.
    /// </summary>
    public static ResponderCounts CountsAfter(Responder responder, int datagrams)
    {
        Assert.True(SpinWait.SpinUntil(() => responder.Counts.Queries >= datagrams, Patience), $"{responder.Counts}");
        return responder.Counts;
    }
}
