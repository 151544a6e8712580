using System.Net;
using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Client;
using ProxyHelper.Protocol;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Client;

/// <summary>Tests the client with helpers that reply late, wrongly or not at all.</summary>
public sealed class HelperClientTests
{
    private static readonly TimeSpan _long = TimeSpan.FromMinutes(1), _short = TimeSpan.FromMilliseconds(50);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_client_asks_from_the_proxys_address_as_smtp_gated_does()
    {
        using var helper = new BadHelper();
        Task<HelperAnswer> asking = HelperClient.AskAsync(helper.Request(1, _long) with { Secret = 0xDEADBEEF }, Token);
        byte[] query = helper.Receive(out IPEndPoint asker);
        helper.Send(BadHelper.Answer(query), asker);
        HelperAnswer answer = await asking;

        Assert.Equal(Datagrams.QueryWithSecret(0xDEADBEEF).With(4, query.AsSpan(4, 4)).With(20, 127, 0, 0, 2), query);
        Assert.Equal((HelperOutcome.Found, 1, helper.EndPoint), (answer.Outcome, answer.Sends, answer.Helper));
        Assert.Equal(
            (Datagrams.OriginalSource, Datagrams.OriginalDestination, "10.1.1.1"),
            (answer.OriginalSource, answer.OriginalDestination, answer.Ident));
        Assert.Equal(
            (Datagrams.Source, TransportEndPoint.Parse("127.0.0.2:9199")), (answer.Source, answer.Destination));
        Assert.Equal((asker, IPAddress.Parse("127.0.0.2")), (answer.AskedFrom, asker.Address));
        Assert.True(answer.RoundTripTime > TimeSpan.Zero);
        Assert.Empty(answer.IgnoredReplies);
        Assert.Null(answer.AgreesWithMapping);
    }

    [Fact]
    public async Task A_reply_that_is_read_after_the_time_limit_is_no_reply()
    {
        using var helper = new BadHelper();
        Task<HelperAnswer> asking = HelperClient.AskAsync(helper.Request(1, _long), new LateClock(), Token);
        byte[] query = helper.Receive(out IPEndPoint asker);
        helper.Send(BadHelper.Answer(query), asker);

        HelperAnswer answer = await asking;

        Assert.Equal((HelperOutcome.TimedOut, null), (answer.Outcome, answer.RoundTripTime));
    }

    [Fact]
    public async Task Wrong_replies_are_reported_and_the_right_reply_after_them_is_accepted()
    {
        using BadHelper helper = new(), stranger = new();
        Task<HelperAnswer> asking = HelperClient.AskAsync(helper.Request(1, _long), Token);
        byte[] query = helper.Receive(out IPEndPoint asker);
        byte[] right = BadHelper.Answer(query);
        stranger.Send(right, asker);
        byte[][] wrong =
        [
            [], right[..65], [.. right, 0], [.. right, .. new byte[1434]], BadHelper.Answer(query).With(0, 0x51),
            BadHelper.Answer(query).With(4, (byte)~query[4]), BadHelper.Answer(query).With(12, 4, 1), query,
        ];
        Array.ForEach(wrong, datagram => helper.Send(datagram, asker));
        helper.Send(right, asker);
        HelperAnswer answer = await asking;

        Assert.Equal((HelperOutcome.Found, 1), (answer.Outcome, answer.Sends));
        ReplyFault[] faults =
        [
            ReplyFault.Length, ReplyFault.Length, ReplyFault.Length, ReplyFault.Length,
            ReplyFault.Magic, ReplyFault.Cookie, ReplyFault.Version, ReplyFault.Flags,
        ];
        Assert.Equal(
            [
                new IgnoredReply(stranger.EndPoint, ReplyFault.Sender),
                .. faults.Select(fault => new IgnoredReply(helper.EndPoint, fault)),
            ],
            answer.IgnoredReplies);
        Assert.Equal($"{stranger.EndPoint}: Sender", answer.IgnoredReplies[0].ToString());
    }

    [Fact]
    public async Task Not_found_is_a_reply_and_the_query_is_not_repeated()
    {
        using var helper = new BadHelper();
        Task<HelperAnswer> asking = HelperClient.AskAsync(helper.Request(3, _long), Token);
        byte[] query = helper.Receive(out IPEndPoint asker);
        helper.Send(Datagrams.NotFound.With(4, query.AsSpan(4, 4)), asker);
        HelperAnswer answer = await asking;
        Assert.Equal((HelperOutcome.NotFound, 1), (answer.Outcome, answer.Sends));
        Assert.Equal((null, null, null), (answer.OriginalSource, answer.OriginalDestination, answer.Ident));
        Assert.NotNull(answer.RoundTripTime);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_query_without_a_reply_is_sent_the_given_number_of_times(int sends)
    {
        using var helper = new BadHelper();
        HelperAnswer answer = await HelperClient.AskAsync(helper.Request(sends, _short), Token);
        Assert.Equal((HelperOutcome.TimedOut, sends, sends), (answer.Outcome, answer.Sends, helper.CountWaiting()));
        Assert.Null(answer.RoundTripTime);
        Assert.Empty(answer.IgnoredReplies);
    }

    [Fact]
    public async Task The_query_is_repeated_unchanged_and_its_reply_is_accepted()
    {
        using var helper = new BadHelper();
        Task<HelperAnswer> asking = HelperClient.AskAsync(helper.Request(1000, _short), Token);
        byte[] first = helper.Receive(out IPEndPoint asker);
        byte[] second = helper.Receive(out IPEndPoint askerAgain);
        helper.Send(BadHelper.Answer(second), asker);
        HelperAnswer answer = await asking;
        Assert.Equal(first, second);
        Assert.Equal(asker, askerAgain);
        Assert.Equal(HelperOutcome.Found, answer.Outcome);
        Assert.InRange(answer.Sends, 2, 1000);
    }

    [Fact]
    public async Task Only_wrong_replies_are_an_invalid_reply_and_not_a_time_out()
    {
        using var helper = new BadHelper();
        Task<HelperAnswer> asking = HelperClient.AskAsync(helper.Request(1, TimeSpan.FromSeconds(2)), Token);
        helper.Receive(out IPEndPoint asker);
        for (int i = 0; i < 20; i++)
        {
            helper.Send(Datagrams.Found.With(4, 0, 0, 0, 0), asker);
        }

        HelperAnswer answer = await asking;
        Assert.Equal((HelperOutcome.InvalidReply, 1), (answer.Outcome, answer.Sends));
        Assert.Equal(
            Enumerable.Repeat(new IgnoredReply(helper.EndPoint, ReplyFault.Cookie), 16), answer.IgnoredReplies);
    }

    [Fact]
    public async Task A_port_without_a_listener_is_reported_as_refused_at_once()
    {
        HelperRequest request;
        using (var gone = new BadHelper())
        {
            request = gone.Request(3, _long);
        }

        HelperAnswer answer = await HelperClient.AskAsync(request, Token);
        Assert.Equal((HelperOutcome.Refused, 1), (answer.Outcome, answer.Sends));
    }

    [Fact]
    public async Task A_helper_can_have_an_IPv6_address()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "needs IPv6");
        using var helper = new BadHelper(IPAddress.IPv6Loopback);
        Task<HelperAnswer> asking = HelperClient.AskAsync(helper.Request(1, _long), Token);
        byte[] query = helper.Receive(out IPEndPoint asker);
        helper.Send(BadHelper.Answer(query), asker);
        Assert.Equal(HelperOutcome.Found, (await asking).Outcome);
    }

    [Fact]
    public async Task Cancellation_ends_the_wait()
    {
        using var helper = new BadHelper();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<HelperAnswer> asking = HelperClient.AskAsync(helper.Request(3, _long), ending.Token);
        helper.Receive(out _);
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Equal(0, helper.CountWaiting());
    }

    [Fact]
    public async Task A_query_that_the_protocol_cannot_carry_is_refused_before_a_send()
    {
        using var helper = new BadHelper();
        HelperRequest request = helper.Request(1, _short);
        var version6 = TransportEndPoint.Parse("[2001:db8::1]:25");
        await Assert.ThrowsAsync<ArgumentException>(
            () => HelperClient.AskAsync(request with { Source = version6 }, Token));
        await Assert.ThrowsAsync<ArgumentException>(
            () => HelperClient.AskAsync(request with { Destination = version6 }, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => HelperClient.AskAsync(request with { Sends = 0 }, Token));
        Assert.Equal(0, helper.CountWaiting());
    }
}
