using System.Net;
using ProxyHelper.Relay;
using ProxyHelper.Relay.Asking;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Relay.Asking;

/// <summary>Tests the queries with helpers that reply, on the real kernel and with a virtual clock.</summary>
public sealed class HelperQueriesTests
{
    [Fact]
    public void A_query_is_smtp_gateds_query_from_the_accepting_address() => AskingBench.Run(bench =>
    {
        using var helper = new ManualHelper();
        bench.Queries.Secret = 0xDEADBEEF;

        Assert.Null(bench.Ask(7, 3527));
        byte[] query = helper.Receive(out IPEndPoint asker);

        Assert.Equal(Datagrams.QueryWithSecret(0xDEADBEEF).With(4, query.AsSpan(4, 4)), query);
        Assert.Equal(AskingBench.Proxy, asker.Address.ToString());
        Assert.Equal(1, bench.Counts.Queries);
    });

    [Fact]
    public void A_reply_that_says_found_gives_the_original_ends_and_the_ident() => AskingBench.Run(bench =>
    {
        using var helper = new ManualHelper();
        bench.Ask(7);
        helper.Answer(ManualHelper.Found);
        bench.Receive();

        Assert.Equal(
            new RelayAnswer(7, null, Datagrams.OriginalSource, Datagrams.OriginalDestination, "10.1.1.1"),
            bench.TakeAnswer());
        Assert.Null(bench.Queries.NextDeadline);
        Assert.Equal(0, bench.Counts[RelayOutcome.IgnoredReply]);
    });

    [Fact]
    [Trait("Promise", "relay-not-found")]
    public void A_reply_that_says_not_found_is_the_answer() => AskingBench.Run(bench =>
    {
        using var helper = new ManualHelper();
        bench.Ask(7);
        helper.Answer(ManualHelper.NotFound);
        bench.Receive();
        Assert.Equal(new RelayAnswer(7, RelayOutcome.NotFound), bench.TakeAnswer());
    });

    [Fact]
    [Trait("Promise", "relay-own-reply")]
    public void Replies_in_any_order_reach_the_connections_that_asked() => AskingBench.Run(bench =>
    {
        using var helper = new ManualHelper();
        const int connections = 10;
        IPEndPoint? asker = null;
        byte[][] replies =
        [
            .. Enumerable.Range(0, connections).Select(place =>
            {
                bench.Ask(place, (ushort)(30_000 + place));
                byte[] query = helper.Receive(out asker);
                return ManualHelper.Found(query).With(24, query.AsSpan(24, 2)); // the port of the user
            }),
        ];

        Array.ForEach([.. replies.Reverse()], reply => helper.Send(reply, asker!));
        while (bench.Queries.Answers.Count < connections)
        {
            bench.Receive();
        }

        Assert.All(bench.Queries.Answers, answer => Assert.Equal(30_000 + answer.Place, answer.OriginalSource.Port));
        Assert.Equal(Enumerable.Range(0, connections).Reverse(), bench.Queries.Answers.Select(one => one.Place));
        Assert.Equal(1, bench.SocketsOpened);
    });

    [Fact]
    [Trait("Promise", "relay-wrong-reply")]
    public void What_is_not_the_reply_is_ignored_and_counted() => AskingBench.Run(bench =>
    {
        using var helper = new ManualHelper();
        bench.Ask(7);
        byte[] query = helper.Receive(out IPEndPoint asker);
        byte[] right = ManualHelper.Found(query);
        byte[][] wrong =
        [
            [], right[..65], [.. right, 0], [.. right, .. new byte[1434]], query,
            ManualHelper.Found(query).With(0, 0x51), // the magic
            ManualHelper.Found(query).With(4, (byte)~query[4]), // the cookie
            ManualHelper.Found(query).With(12, 4, 1), // the version
            ManualHelper.Found(query).With(15, 0x32), // found and not found
        ];
        for (int i = 0; i < wrong.Length; i++)
        {
            helper.Send(wrong[i], asker);
            bench.Receive();
            bench.AssertIgnored(i + 1);
        }

        helper.Send(right, asker);
        bench.Receive();
        Assert.Equal(7, bench.TakeAnswer().Place);
    });

    [Fact]
    [Trait("Promise", "relay-wrong-reply")]
    public void A_second_reply_is_ignored() => AskingBench.Run(bench =>
    {
        using var helper = new ManualHelper();
        bench.Ask(7);
        byte[] query = helper.Receive(out IPEndPoint asker);
        helper.Send(ManualHelper.NotFound(query), asker);
        helper.Send(ManualHelper.Found(query), asker);
        bench.Receive();
        Assert.Equal(RelayOutcome.NotFound, bench.TakeAnswer().Failure);
        bench.AssertIgnored(1);
    });

    [Fact]
    [Trait("Promise", "relay-asked-router")]
    public void A_datagram_of_another_sender_does_not_reach_the_socket() => AskingBench.Run(bench =>
    {
        using ManualHelper helper = new(), other = new(AskingBench.OtherRouter);
        bench.Ask(7);
        byte[] query = helper.Receive(out IPEndPoint asker);
        other.Send(ManualHelper.Found(query), asker); // first, so that it would be taken first
        helper.Send(ManualHelper.NotFound(query), asker);
        bench.Receive();
        Assert.Equal(RelayOutcome.NotFound, bench.TakeAnswer().Failure);
        bench.AssertIgnored(0);
    });

    [Fact]
    [Trait("Promise", "relay-asked-router")]
    public void Another_router_cannot_answer_with_the_cookie() => AskingBench.Run(bench =>
    {
        using ManualHelper helper = new(), other = new(AskingBench.OtherRouter);
        bench.Ask(7);
        bench.Ask(8, router: AskingBench.OtherRouter);
        byte[] stolen = helper.Receive();
        other.Receive(out IPEndPoint asker);
        other.Send(ManualHelper.Found(stolen), asker);
        bench.Receive(index: 1);
        bench.AssertIgnored(1);
    });

    [Fact]
    public void A_query_that_is_answered_allocates_nothing() => AskingBench.Run(bench =>
    {
        using var helper = new ManualHelper();
        for (int i = 0; i < 2; i++) // the second query is the first one that finds its socket in the table
        {
            bench.Ask(7);
            helper.Answer(ManualHelper.NotFound);
            bench.Receive();
            bench.Queries.Answers.Clear();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        bench.Ask(8);
        long asked = GC.GetAllocatedBytesForCurrentThread();
        helper.Answer(ManualHelper.NotFound);
        long answered = GC.GetAllocatedBytesForCurrentThread();
        bench.Queries.Receive(0);
        Assert.Equal((0, 0), (asked - before, GC.GetAllocatedBytesForCurrentThread() - answered));
        Assert.Equal(8, bench.TakeAnswer().Place);
    });

    [Fact]
    [Trait("Promise", "relay-query-limit")]
    public void Only_so_many_queries_wait() => AskingBench.Run(bench =>
    {
        using var helper = new ManualHelper();
        Assert.All(Enumerable.Range(0, 10), place => Assert.Null(bench.Ask(place)));
        Assert.Equal(RelayOutcome.TooManyQueries, bench.Ask(10));
        helper.Answer(ManualHelper.NotFound);
        bench.Receive();
        Assert.Null(bench.Ask(10));
        Assert.Equal(11, bench.Counts.Queries);
    });

    [Fact]
    [Trait("Promise", "relay-safe-log")]
    public void A_name_that_a_terminal_cannot_show_has_question_marks() => AskingBench.Run(bench =>
    {
        using var helper = new ManualHelper();
        bench.Ask(7);
        helper.Answer(query => ManualHelper.Found(query).With(28, 0x1b, (byte)'[', (byte)'J', 0));
        bench.Receive();
        Assert.Equal("?[J", bench.TakeAnswer().Ident);
    });
}
