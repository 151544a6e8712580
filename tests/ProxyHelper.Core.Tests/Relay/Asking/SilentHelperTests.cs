using System.Net;
using ProxyHelper.Relay;
using ProxyHelper.Relay.Asking;
using Xunit;

namespace ProxyHelper.Tests.Relay.Asking;

/// <summary>Tests the queries with helpers that are silent, late, gone, or cannot be reached.</summary>
public sealed class SilentHelperTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    [Trait("Promise", "relay-silent-helper")]
    public void A_silent_helper_gets_the_query_three_times_in_three_seconds() => AskingBench.Run(bench =>
    {
        using var helper = new ManualHelper();
        bench.Ask(7);
        byte[] query = helper.Receive();
        for (int send = 2; send <= 3; send++)
        {
            Assert.Equal(bench.Clock.SinceBoot + _second, bench.Queries.NextDeadline);
            bench.Pass(0.999);
            Assert.True(helper.IsIdle);
            bench.Pass(0.001);
            Assert.Equal(query, helper.Receive());
            Assert.Empty(bench.Queries.Answers);
        }

        bench.Pass(1);
        Assert.Equal(new RelayAnswer(7, RelayOutcome.NoReply), bench.TakeAnswer());
        Assert.True(helper.IsIdle);
        Assert.Null(bench.Queries.NextDeadline);
        Assert.Equal(3, bench.Counts.Queries);
    });

    [Fact]
    [Trait("Promise", "relay-silent-helper")]
    public void A_reply_to_any_of_the_three_counts_and_a_late_one_is_ignored() => AskingBench.Run(bench =>
    {
        using var helper = new ManualHelper();
        bench.Ask(7);
        byte[] query = helper.Receive(out IPEndPoint asker);
        bench.Pass(1);
        helper.Send(ManualHelper.Found(query), asker);
        bench.Receive();
        Assert.Equal(7, bench.TakeAnswer().Place);

        bench.Ask(7); // the next connection at the same place
        helper.Send(ManualHelper.Found(query), asker);
        bench.Receive();
        bench.AssertIgnored(1);
    });

    [Fact]
    [Trait("Promise", "relay-pause")]
    public void A_reply_that_is_read_too_late_is_ignored_and_no_query_is_sent_again() => AskingBench.Run(bench =>
    {
        using var helper = new ManualHelper();
        bench.Ask(7);
        helper.Answer(ManualHelper.Found);
        bench.Clock.Advance(TimeSpan.FromSeconds(4)); // such as SIGSTOP, or a suspended host
        bench.Receive();
        bench.AssertIgnored(1);

        bench.Queries.Advance();
        Assert.Equal(new RelayAnswer(7, RelayOutcome.NoReply), bench.TakeAnswer());
        Assert.True(helper.IsIdle);
    });

    [Fact]
    [Trait("Promise", "relay-no-helper")]
    public void Without_a_helper_the_query_is_sent_once_more_after_a_pause() => AskingBench.Run(bench =>
    {
        bench.Ask(7);
        bench.Receive();
        Assert.Empty(bench.Queries.Answers);
        Assert.Equal(bench.Clock.SinceBoot + TimeSpan.FromMilliseconds(200), bench.Queries.NextDeadline);

        bench.Pass(0.2);
        bench.Receive();
        Assert.Equal(new RelayAnswer(7, RelayOutcome.HelperUnreachable), bench.TakeAnswer());
        Assert.Equal(2, bench.Counts.Queries);
    });

    [Fact]
    [Trait("Promise", "relay-no-helper")]
    public void A_helper_that_is_back_after_the_pause_answers() => AskingBench.Run(bench =>
    {
        bench.Ask(7);
        bench.Receive();
        using var helper = new ManualHelper();
        bench.Pass(0.2);
        helper.Answer(ManualHelper.Found);
        bench.Receive();
        Assert.Equal((7, null), (bench.Queries.Answers[0].Place, bench.Queries.Answers[0].Failure));
    });

    [Fact]
    public void An_error_that_the_next_send_reports_belongs_to_the_queries_before() => AskingBench.Run(bench =>
    {
        bench.Ask(7);
        using var helper = new ManualHelper();
        Assert.Null(bench.Ask(8)); // takes the error of the query before
        helper.Answer(ManualHelper.Found);
        bench.Receive();
        Assert.Equal(8, bench.TakeAnswer().Place);

        bench.Pass(0.2);
        helper.Answer(ManualHelper.Found);
        bench.Receive();
        Assert.Equal(7, bench.TakeAnswer().Place);
        Assert.Equal(3, bench.Counts.Queries);
    });

    [Fact]
    public void A_router_without_a_route_is_unreachable_at_once() => AskingBench.Run(bench =>
        Assert.Equal(RelayOutcome.HelperUnreachable, bench.Ask(7, router: "198.51.100.1")));

    [Fact]
    [Trait("Promise", "relay-local-fault")]
    public void An_accepting_address_that_has_gone_is_a_local_fault() => AskingBench.Run(bench =>
        Assert.Equal(RelayOutcome.LocalFault, bench.Ask(7, accepting: "198.51.100.9")));

    [Fact]
    [Trait("Promise", "relay-helper-sockets")]
    public void Sockets_to_many_routers_are_closed_when_they_were_not_used_for_longest() => AskingBench.Run(bench =>
    {
        for (int router = 1; router <= 2 * HelperSocketTable.MaxSockets; router++)
        {
            bench.Clock.Advance(TimeSpan.FromTicks(1));
            using var other = new ManualHelper($"127.0.{router / 250}.{1 + (router % 250)}");
            Assert.Null(bench.Ask(router, router: other.Address));
            other.Answer(ManualHelper.NotFound);
            bench.Receive(bench.NewestIndex);
            Assert.Equal(router, bench.TakeAnswer().Place);
        }

        Assert.Equal(HelperSocketTable.MaxSockets, bench.SocketsOpen);
        Assert.Equal(2 * HelperSocketTable.MaxSockets, bench.SocketsOpened);
    });

    [Fact]
    [Trait("Promise", "relay-helper-sockets")]
    public void A_socket_that_waits_for_a_reply_is_not_closed() => AskingBench.Run(
        bench =>
        {
            using var helper = new ManualHelper();
            for (int router = 0; router < HelperSocketTable.MaxSockets; router++)
            {
                // No program listens on these addresses. The error waits in the socket.
                Assert.Null(bench.Ask(router, router: $"127.0.{router / 250}.{1 + (router % 250)}"));
            }

            Assert.Equal(RelayOutcome.TooManyQueries, bench.Ask(1000));
            Assert.Equal(HelperSocketTable.MaxSockets, bench.SocketsOpen);
        },
        maxQueries: 1000);
}
