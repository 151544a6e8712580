using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Netlink;

/// <summary>Tests requests to the real kernel, in a network namespace with an empty table.</summary>
[Trait("Promise", "netlink-faults")]
public sealed class NetlinkExchangeTests
{
    private const ushort Entry = 0x100; // IPCTNL_MSG_CT_NEW: the type of the answer to a GET

    [Fact]
    public void A_missing_entry_is_ENOENT_with_the_sequence_number_of_the_request() => NetworkNamespace.Run(() =>
    {
        using NetlinkSocket socket = NetlinkSocket.Open();
        var exchange = new NetlinkExchange(4);
        socket.TakeSequence(1000);
        uint sequence = Ask(socket, exchange, Flow(1));

        Assert.Equal(1001u, sequence);
        Assert.True(exchange.TryGetAnswer(0, out NetlinkMessage answer));
        Assert.Equal((NetlinkMessage.ErrorType, sequence), (answer.Type, answer.Sequence));
        Assert.Equal(Errno.ENOENT, NetlinkError.Read(answer).Errno);
    });

    [Fact]
    [Trait("Promise", "correct-reply")]
    public void Each_of_sixty_four_requests_in_one_send_gets_its_own_answer() => NetworkNamespace.Run(() =>
    {
        ConntrackFlow[] flows = [.. Enumerable.Range(1, 64).Select(Flow)];
        using ConntrackFixture table = ConntrackFixture.Open();
        table.Add(flows.Where((_, i) => i % 3 == 0));
        using NetlinkSocket socket = NetlinkSocket.Open();
        var exchange = new NetlinkExchange(64);
        for (int round = 0; round < 3; round++) // the buffers are used again
        {
            uint first = Ask(socket, exchange, flows);
            for (int i = 0; i < flows.Length; i++)
            {
                Assert.True(exchange.TryGetAnswer(i, out NetlinkMessage answer));
                Assert.Equal(
                    (i % 3 == 0 ? Entry : NetlinkMessage.ErrorType, first + (uint)i), (answer.Type, answer.Sequence));
                Assert.Equal(i % 3 == 0 ? flows[i].OriginalSource.Port : -1, SourcePort(answer));
            }
        }
    });

    [Fact]
    public void Sequence_numbers_wrap_around_without_a_lost_answer() => NetworkNamespace.Run(() =>
    {
        using NetlinkSocket socket = NetlinkSocket.Open();
        var exchange = new NetlinkExchange(4);
        socket.TakeSequence(-2); // 4,294,967,294 of them
        Assert.Equal(uint.MaxValue, Ask(socket, exchange, Flow(1), Flow(2), Flow(3)));
        Assert.All([0, 1, 2], place => Assert.True(exchange.TryGetAnswer(place, out _)));
    });

    [Fact]
    public void Without_CAP_NET_ADMIN_only_the_first_request_is_answered() => NetworkNamespace.Run(() =>
    {
        using NetlinkSocket socket = NetlinkSocket.Open();
        var exchange = new NetlinkExchange(4);
        Capability.DropNetAdmin();
        Ask(socket, exchange, Flow(1), Flow(2));

        Assert.True(exchange.TryGetAnswer(0, out NetlinkMessage answer));
        Assert.Equal(Errno.EPERM, NetlinkError.Read(answer).Errno);
        Assert.False(exchange.TryGetAnswer(1, out _));
    });

    [Theory]
    [InlineData(1)] // a number before that of the request
    [InlineData(3)] // a number after it, within the capacity of the exchange
    [Trait("Promise", "own-query")]
    public void An_old_unread_answer_is_an_exception(uint sequence) => NetworkNamespace.Run(() =>
    {
        using NetlinkSocket socket = NetlinkSocket.Open();
        var exchange = new NetlinkExchange(4);
        byte[] buffer = new byte[ConntrackMessage.LargestSize];
        var writer = new NetlinkWriter(buffer);
        ConntrackMessage.WriteGet(ref writer, sequence, Flow(1));
        socket.Send(buffer.AsSpan(0, writer.Length));
        socket.TakeSequence(1);

        NetlinkException exception = Assert.Throws<NetlinkException>(() => Ask(socket, exchange, Flow(2)));
        Assert.Equal(Errno.EBADMSG, exception.Errno);
    });

    [Fact]
    [Trait("Promise", "own-query")]
    public void A_request_with_two_answers_is_an_exception() => NetworkNamespace.Run(() =>
    {
        using ConntrackFixture table = ConntrackFixture.Open();
        table.Add(Flow(1));
        using NetlinkSocket socket = NetlinkSocket.Open();
        byte[] buffer = new byte[2 * ConntrackMessage.LargestSize];
        var writer = new NetlinkWriter(buffer);
        uint first = socket.TakeSequence(2);
        ConntrackMessage.WriteGet(ref writer, first, Flow(1));
        buffer[6] |= 0x4; // NLM_F_ACK: the entry, and an acknowledgement
        ConntrackMessage.WriteGet(ref writer, first + 1, Flow(2));

        int length = writer.Length;
        var exchange = new NetlinkExchange(4);
        NetlinkException exception = Assert.Throws<NetlinkException>(
            () => exchange.Run(socket, buffer.AsSpan(0, length), first, 2));
        Assert.Equal(Errno.EBADMSG, exception.Errno);
    });

    private static ConntrackFlow Flow(int number) =>
        ConntrackFlow.Tcp($"10.1.1.1:{10000 + number}", "4.1.1.1:25", "194.0.22.9:9199", $"194.0.1.1:{20000 + number}");

    private static uint Ask(NetlinkSocket socket, NetlinkExchange exchange, params ConntrackFlow[] flows)
    {
        byte[] buffer = new byte[flows.Length * ConntrackMessage.LargestSize];
        var writer = new NetlinkWriter(buffer);
        uint first = socket.TakeSequence(flows.Length);
        for (int i = 0; i < flows.Length; i++)
        {
            ConntrackMessage.WriteGet(ref writer, first + (uint)i, flows[i]);
        }

        exchange.Run(socket, buffer.AsSpan(0, writer.Length), first, flows.Length);
        return first;
    }

    // The port has the same place as in KernelAnswer; -1 in an error.
    private static int SourcePort(NetlinkMessage answer) =>
        answer.Type == Entry ? (answer.Payload[44] << 8) | answer.Payload[45] : -1;
}
