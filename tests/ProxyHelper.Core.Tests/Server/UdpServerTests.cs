using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>Tests a UDP server alone, with a socket that the test owns.</summary>
public sealed class UdpServerTests
{
    private const int Patience = 60_000; // milliseconds; everything arrives at once unless the machine is busy
    private const int Measured = 10_000;

    [Fact]
    [Trait("Promise", "steady-memory")]
    public void A_query_causes_no_allocation() => Router.With(() =>
    {
        Assert.InRange(Serve(500), 0, long.MaxValue); // the first call compiles the code
        // Less than a byte for each query: the notices about refused queries.
        Assert.InRange(Serve(Measured), 0, Measured - 1);
    });

    [Fact]
    [Trait("Promise", "no-late-reply")]
    public void A_query_that_waited_too_long_is_refused_and_the_next_is_answered() => Router.With(() =>
    {
        using QuerySocket socket = QuerySocket.Open(Asker.Helper());
        using var asker = new Asker();
        AwaitTimestamps(socket, asker);
        asker.Send(Datagrams.Query.With(4, 1, 1, 1, 1), Asker.Helper());
        DateTime sentAt = DateTime.UtcNow;
        SpinWait.SpinUntil(() => DateTime.UtcNow - sentAt > TimeSpan.FromSeconds(1)); // the query must have an age
        using var run = new UdpServerRun(socket, rules: Router.Rules with { MaxQueueDelay = TimeSpan.FromSeconds(1) });
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
        Assert.Equal(new ResponderCounts { [Outcome.Found] = 1, [Outcome.Late] = 1 }, run.Counters.Read());
        Assert.False(asker.HasAnswer());
    });

    [Fact]
    [Trait("Promise", "reply-at-once")]
    [Trait("Promise", "netlink-faults")]
    public void A_failed_look_up_is_answered_not_found_and_logged_once() => Router.With(() =>
    {
        using QuerySocket socket = QuerySocket.Open(Asker.Helper());
        using var asker = new Asker();
        ConntrackTable table = ConntrackTable.Open(UdpServer.BatchSize);
        Capability.DropNetAdmin(); // the server's thread inherits the capabilities
        using var run = new UdpServerRun(socket, table);
        Assert.Equal(Datagrams.NotFound, asker.Ask(Datagrams.Query, Asker.Helper()));
        Assert.Equal(Datagrams.NotFound, asker.Ask(Datagrams.Query, Asker.Helper()));
        Assert.Equal(
            new ResponderCounts { [Outcome.FailedLookup] = 2, [Outcome.TableReopening] = 3 }, run.Counters.Read());
        Assert.True(run.Journal.Reader.TryRead(out ServerNotice? notice));
        Assert.Contains("CAP_NET_ADMIN is missing", notice.Message, StringComparison.Ordinal);
        Assert.Equal(NoticeKind.Fault, notice.Kind);
        Assert.Same(notice, run.Journal.LastFault);
        Assert.False(run.Journal.Reader.TryRead(out _));
    });

    [Fact]
    [Trait("Promise", "socket-faults")]
    public void A_reply_that_cannot_be_sent_is_counted() => Router.With(() =>
    {
        Requirement.Tool("nft");
        using QuerySocket socket = QuerySocket.Open(Asker.Helper());
        using Asker unreachable = new("194.0.1.2"), asker = new();
        Tool.Run("nft", "add table ip test; add chain ip test output { type filter hook output priority 0; }");
        Tool.Run("nft", "add rule ip test output ip daddr 194.0.1.2 udp sport 114 drop");
        var run = new UdpServerRun(socket);
        using (run)
        {
            unreachable.Send(Datagrams.Query, Asker.Helper());
            Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
        }

        // Both queries may be in one batch, and unsent replies are counted after it, so the counts are read after the
        // end.
        Assert.Equal(new ResponderCounts { [Outcome.Found] = 2, [Outcome.UnsentReply] = 1 }, run.Counters.Read());
    });

    /// <summary>
    /// Serves a number of queries and returns the number of bytes that the server's thread allocated.
    /// </summary>
    private static long Serve(int queries)
    {
        var run = new UdpServerRun(QuerySocket.Open(Asker.Helper()));
        using (run)
        {
            using var asker = new Asker();
            byte[] unknown = Datagrams.Query.With(24, 0, 1);
            byte[][] kinds = [Datagrams.Query, unknown, Datagrams.QueryWithSecret(1), new byte[67]];
            for (int i = 0; i < queries; i += kinds.Length)
            {
                Array.ForEach(kinds, kind => asker.Send(kind, Asker.Helper()));
                asker.Receive(out _);
                asker.Receive(out _);
            }
        }

        ResponderCounts counts = run.Counters.Read();
        Assert.Equal((queries / 4, queries / 4), (counts[Outcome.Found], counts[Outcome.NotFound]));
        return run.Allocated;
    }

    // The kernel begins to record arrival times a moment after the first socket has asked for them.
    internal static void AwaitTimestamps(QuerySocket socket, Asker asker)
    {
        var batch = new MessageBatch(1, 128, DatagramControl.Size);
        DateTime sentAt;
        do
        {
            asker.Send([0], Asker.Helper());
            sentAt = DateTime.UtcNow;
            SpinWait.SpinUntil(() => DateTime.UtcNow > sentAt);
            Assert.True(new PollSet(socket.Socket).Wait(Patience));
            Assert.Equal(1, batch.Receive(socket.Socket, 0, batch.Slots, "test"));
        }
        while (DatagramControl.Read(batch.Control(0)).ReceivedAt > sentAt);
    }
}
