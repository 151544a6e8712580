using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Client;
using ProxyHelper.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Client;

/// <summary>Tests the TCP client with helpers that reply late, wrongly or not at all.</summary>
public sealed class LineClientTests : IDisposable
{
    private const string Found = "20119 , 9199 : ORIGIN : 4.1.1.1 : 25 : 10.1.1.1\r\n";

    private static readonly TimeSpan _long = TimeSpan.FromMinutes(1), _short = TimeSpan.FromMilliseconds(100);

    private readonly TcpListener _helper = new(IPAddress.Loopback, 0);

    public LineClientTests()
    {
        _helper.Start();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IPEndPoint Helper => (IPEndPoint)_helper.LocalEndpoint;

    [Fact]
    public async Task The_client_asks_from_the_proxys_address_as_smtp_gated_does()
    {
        Task<HelperAnswer> asking = LineClient.AskAsync(Request(_long), Token);
        using Socket socket = await _helper.AcceptSocketAsync(Token);
        byte[] line = new byte[100];
        int length = await socket.ReceiveAsync(line, Token);
        var asker = (IPEndPoint?)socket.RemoteEndPoint;
        await socket.SendAsync(Encoding.ASCII.GetBytes(Found), Token);
        socket.Shutdown(SocketShutdown.Send);
        HelperAnswer answer = await asking;

        Assert.Equal("20119 , 9199\r\n", Encoding.ASCII.GetString(line, 0, length));
        Assert.Equal((HelperOutcome.Found, 1, Helper), (answer.Outcome, answer.Sends, answer.Helper));
        Assert.Equal(
            (null, TransportEndPoint.Parse("4.1.1.1:25"), "10.1.1.1"),
            (answer.OriginalSource, answer.OriginalDestination, answer.Ident));
        Assert.Equal((asker, IPAddress.Parse("127.0.0.2")), (answer.AskedFrom, asker?.Address));
        Assert.True(answer.RoundTripTime > TimeSpan.Zero);
        Assert.Empty(answer.IgnoredReplies);
    }

    [Fact]
    public async Task A_reply_that_is_read_after_the_time_limit_is_no_reply()
    {
        Task<HelperAnswer> asking = LineClient.AskAsync(Request(_long), new LateClock(), Token);
        using Socket socket = await _helper.AcceptSocketAsync(Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes(Found), Token);
        socket.Shutdown(SocketShutdown.Send);

        HelperAnswer answer = await asking;

        Assert.Equal((HelperOutcome.TimedOut, null), (answer.Outcome, answer.RoundTripTime));
    }

    [Theory]
    [InlineData("20119 , 9199 : ERROR : NO-USER\r\n", HelperOutcome.NotFound)]
    [InlineData("20119 , 9199 : ERROR : UNKNOWN-ERROR\r\n", HelperOutcome.Failed)]
    [InlineData("20119 , 9199 : ERROR : INVALID-PORT\r\n", HelperOutcome.Failed)]
    [InlineData("", HelperOutcome.Closed)]
    public async Task Each_reply_without_an_origin_has_its_own_outcome(string line, HelperOutcome outcome)
    {
        HelperAnswer answer = await AnsweredAsync(line);
        Assert.Equal(outcome, answer.Outcome);
        Assert.Equal((null, null, null), (answer.OriginalSource, answer.OriginalDestination, answer.Ident));
        Assert.Equal(outcome != HelperOutcome.Closed, answer.RoundTripTime is not null);
        Assert.Empty(answer.IgnoredReplies);
    }

    [Theory]
    [InlineData("20119 , 9198 : ORIGIN : 4.1.1.1 : 25 : 10.1.1.1\r\n", ReplyFault.Port)]
    [InlineData("20119 , 9199 : ORIGIN : 4.1.1.1 : 25 : 10.1.1.1", ReplyFault.Form)]
    [InlineData("220 mail.example ESMTP\r\n", ReplyFault.Form)]
    public async Task A_line_that_is_not_the_reply_is_reported(string line, ReplyFault fault)
    {
        HelperAnswer answer = await AnsweredAsync(line);
        Assert.Equal(HelperOutcome.InvalidReply, answer.Outcome);
        Assert.Equal([new IgnoredReply(Helper, fault)], answer.IgnoredReplies);
    }

    [Fact]
    public async Task An_endless_reply_is_read_up_to_1023_bytes()
    {
        Task<HelperAnswer> asking = LineClient.AskAsync(Request(_long), Token);
        using Socket socket = await _helper.AcceptSocketAsync(Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes(Found + new string(' ', 1000)), Token); // without an end
        HelperAnswer answer = await asking;
        Assert.Equal(HelperOutcome.InvalidReply, answer.Outcome);
        Assert.Equal([new IgnoredReply(Helper, ReplyFault.Length)], answer.IgnoredReplies);
    }

    [Fact]
    public async Task A_reset_is_a_closed_connection()
    {
        Task<HelperAnswer> asking = LineClient.AskAsync(Request(_long), Token);
        using (Socket socket = await _helper.AcceptSocketAsync(Token))
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        Assert.Equal(HelperOutcome.Closed, (await asking).Outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Found)]
    public async Task Silence_and_a_reply_without_an_end_time_out(string line)
    {
        Task<HelperAnswer> asking = LineClient.AskAsync(Request(_short), Token);
        using Socket socket = await _helper.AcceptSocketAsync(Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes(line), Token);
        HelperAnswer answer = await asking;
        Assert.Equal((HelperOutcome.TimedOut, null), (answer.Outcome, answer.RoundTripTime));
    }

    [Fact]
    public async Task A_port_without_a_listener_is_refused()
    {
        HelperRequest request = Request(_long);
        _helper.Stop();
        Assert.Equal(HelperOutcome.Refused, (await LineClient.AskAsync(request, Token)).Outcome);
    }

    [Fact]
    public async Task Cancellation_ends_the_wait()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<HelperAnswer> asking = LineClient.AskAsync(Request(_long), ending.Token);
        using Socket socket = await _helper.AcceptSocketAsync(Token);
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task A_query_that_its_addresses_cannot_carry_is_refused_before_a_send()
    {
        HelperRequest request = Request(_short);
        HelperRequest[] invalid =
        [
            request with { Source = TransportEndPoint.Parse("127.0.0.3:20119") },
            request with { Destination = TransportEndPoint.Parse("[2001:db8::1]:25") },
        ];
        foreach (HelperRequest one in invalid)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => LineClient.AskAsync(one, Token));
        }

        SocketException failure = await Assert.ThrowsAsync<SocketException>(
            () => LineClient.AskAsync(
                request with { Destination = TransportEndPoint.Parse("203.0.113.5:9199") }, Token));
        Assert.Equal(SocketError.AddressNotAvailable, failure.SocketErrorCode);
        Assert.False(_helper.Pending());
    }

    /// <inheritdoc/>
    public void Dispose() => _helper.Dispose();

    private HelperRequest Request(TimeSpan timeout) => new()
    {
        Helper = Helper,
        Source = TransportEndPoint.Parse("127.0.0.1:20119"),
        Destination = TransportEndPoint.Parse("127.0.0.2:9199"),
        Timeout = timeout,
    };

    /// <summary>Asks a helper that reads the query, sends the line in two parts, and closes the connection.</summary>
    private async Task<HelperAnswer> AnsweredAsync(string line)
    {
        Task<HelperAnswer> asking = LineClient.AskAsync(Request(_long), Token);
        using (Socket socket = await _helper.AcceptSocketAsync(Token))
        {
            socket.NoDelay = true;
            await socket.ReceiveAsync(new byte[100], Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes(line[..(line.Length / 2)]), Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes(line[(line.Length / 2)..]), Token);
        }

        return await asking;
    }
}
