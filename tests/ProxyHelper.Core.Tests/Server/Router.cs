using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>A machine with the router's two addresses and the proxy's, and the connection of the protocol's description.</summary>
internal static class Router
{
    private const int Patience = 60_000; // milliseconds for what comes at once

    /// <summary>10.1.1.1:20000 -> 4.1.1.2:25, translated to 194.0.1.1:3527 -> 194.0.22.9:9199.</summary>
    public static ConntrackFlow Flow { get; } = ConntrackFlow.Tcp("10.1.1.1:20000", "4.1.1.2:25", "194.0.22.9:9199", "194.0.1.1:3527");

    /// <summary>Rules that answer a query even if the machine is so busy that the query waits for a second.</summary>
    public static AnswerRules Rules { get; } = new() { MaxQueueDelay = TimeSpan.FromMinutes(1) };

    /// <summary>Options that listen on these addresses.</summary>
    public static ListenOptions Options(params string[] addresses) => new() { Addresses = [.. addresses.Select(IPAddress.Parse)] };

    /// <summary>Runs the body on that machine.</summary>
    public static void With(Action body) => RouterFixture.Run([Flow], ["194.0.1.2"], _ => body());

    /// <summary>Runs the body there beside a responder.</summary>
    public static void WithResponder(ListenOptions options, Action<Responder, Asker> body) => WithResponder(options, Rules, body);

    /// <summary>Runs the body there beside a responder with rules.</summary>
    public static void WithResponder(ListenOptions options, AnswerRules rules, Action<Responder, Asker> body) => With(() =>
    {
        using var asker = new Asker();
        using Responder responder = Responder.Start(options, rules);
        body(responder, asker);
    });

    /// <summary>A query about the original direction of the connection.</summary>
    public static byte[] OriginalDirection()
    {
        byte[] query = Datagrams.Query;
        new ProxyHelper.Protocol.Query(Datagrams.Cookie, 0, TransportEndPoint.Parse("4.1.1.2:25"), TransportEndPoint.Parse("10.1.1.1:20000")).Write(query);
        return query;
    }

    /// <summary>Returns the counts when a number of queries has been counted. Datagrams may wait in several queues.</summary>
    public static ResponderCounts CountsAfter(Responder responder, int datagrams)
    {
        Assert.True(SpinWait.SpinUntil(() => responder.Counts.Queries >= datagrams, Patience), $"{responder.Counts}");
        return responder.Counts;
    }
}
