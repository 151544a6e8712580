using System.Net.Sockets;
using Xunit;

namespace ProxyHelper.EndToEnd.Daemon;

/// <summary>Tests the datagrams of the daemon, byte by byte.</summary>
public sealed class DaemonWireTests(PublishedDaemon daemon)
{
    private const string QueryText = "52504844 a5fe844b 00000000 0402 0001 c2000101 c2001609 0dc7 23ef";
    // The last word is "10.1.1.1".
    private const string FoundText =
        "52504844 a5fe844b 00000000 0402 0012 0a010101 04010102 4e20 0019 31302e312e312e31";

    private const string NotFoundText = "52504844 a5fe844b 00000000 0402 0022";
    private const uint Secret = 3405691582;

    [Fact]
    [Trait("Promise", "no-amplification")]
    public async Task The_known_query_gets_the_known_reply()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);

        byte[] reply = await DaemonOnRouter.ExchangeAsync(proxy, Datagram(QueryText));

        Assert.Equal(Datagram(FoundText), reply);
    }

    [Fact]
    [Trait("Promise", "reply-at-once")]
    public async Task A_missing_entry_gets_the_reply_not_found()
    {
        using var network = RouterNetwork.Create();
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);

        byte[] reply = await DaemonOnRouter.ExchangeAsync(proxy, Datagram(QueryText));

        Assert.Equal(QueryDatagram.Size, reply.Length);
        Assert.Equal(Datagram(NotFoundText)[..16], reply[..16]);
    }

    [Fact]
    public async Task A_repeated_query_gets_another_reply()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        for (int send = 0; send < 3; send++)
        {
            await proxy.SendAsync(Datagram(QueryText), Patience.Token());
        }

        for (int reply = 0; reply < 3; reply++)
        {
            Assert.Equal(Datagram(FoundText), await DaemonOnRouter.ReceiveAsync(proxy));
        }
    }

    [Fact]
    [Trait("Promise", "hidden-secret")]
    public async Task The_secret_is_required_and_is_not_in_the_reply()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon, "-s", $"{Secret}");
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);

        // With one socket and one worker, a reply to an earlier query would arrive first.
        await proxy.SendAsync(TrackedConnection.Query(secret: 0, cookie: 1), Patience.Token());
        await proxy.SendAsync(TrackedConnection.Query(secret: Secret - 1, cookie: 2), Patience.Token());
        byte[] reply = await DaemonOnRouter.ExchangeAsync(proxy, TrackedConnection.Query(Secret, cookie: 3));

        Assert.Equal(TrackedConnection.Found(TrackedConnection.Query(Secret, cookie: 3)), reply);
    }

    [Fact]
    [Trait("Promise", "silent-refusal")]
    public async Task A_datagram_that_is_not_a_query_gets_no_reply()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(network, daemon);
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        byte[] query = Datagram(QueryText);
        byte[] ownReply = Datagram(FoundText);
        foreach (byte[] datagram in (byte[][])[[], query[..65], [.. query, 0], ownReply, new byte[QueryDatagram.Size]])
        {
            await proxy.SendAsync(datagram, Patience.Token());
        }

        byte[] reply = await DaemonOnRouter.ExchangeAsync(proxy, TrackedConnection.Query(secret: 0, cookie: 4));

        Assert.Equal(TrackedConnection.Found(TrackedConnection.Query(secret: 0, cookie: 4)), reply);
    }

    /// <summary>Returns a datagram of hexadecimal digits, padded with zeros.</summary>
    private static byte[] Datagram(string text)
    {
        byte[] datagram = new byte[QueryDatagram.Size];
        Convert.FromHexString(text.Replace(" ", string.Empty, StringComparison.Ordinal)).CopyTo(datagram, 0);
        return datagram;
    }
}
