using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Netlink;

/// <summary>Tests complete lists and all kinds of incomplete lists. An incomplete list never looks complete.</summary>
public sealed class NetlinkDumpTests
{
    private const ushort Entry = 0x100, Error = 2, Done = 3, Overrun = 4; // IPCTNL_MSG_CT_NEW; NLMSG_*
    private const ushort Multi = 2, Interrupted = 0x12; // NLM_F_MULTI; with NLM_F_DUMP_INTR
    private const uint Sequence = 1;

    [Fact]
    public void Messages_of_several_datagrams_are_read_in_order_to_the_end()
    {
        using var staged = new StagedDump();
        staged.Kernel.Answer([.. Message(Entry, Multi, 1, 1), .. Message(Entry, Multi, 2, 2, 2)]);
        staged.Kernel.Answer([]);
        staged.Kernel.Answer([.. Message(Entry, Multi, 3), .. Message(Done, Multi, 0, 0, 0, 0)]);
        Assert.Equal([1, 2, 3], staged.Walk());
    }

    public static TheoryData<string, byte[], Errno> Ends => new()
    {
        { "an error", Message(Error, 0, 0xff, 0xff, 0xff, 0xff), Errno.EPERM },
        { "an end with an error", Message(Done, Multi, 0xfc, 0xff, 0xff, 0xff), Errno.EINTR },
        { "an end without a number", Message(Done, Multi), Errno.EBADMSG },
        { "an end of a dump that changed", Message(Done, Interrupted, 0, 0, 0, 0), Errno.EINTR },
        { "an entry of a dump that changed", Message(Entry, Interrupted, 2), Errno.EINTR },
        { "an overrun", Message(Overrun, Multi, 0, 0, 0, 0), Errno.ENOBUFS },
        { "another request's entry", OfOtherRequest(Message(Entry, Multi, 2)), Errno.EBADMSG },
        { "another request's end", OfOtherRequest(Message(Done, Multi, 0, 0, 0, 0)), Errno.EBADMSG },
        { "half a header", Message(Entry, Multi, 2)[..9], Errno.EBADMSG },
        { "half a message", Message(Entry, Multi, 2, 2, 2, 2)[..18], Errno.EBADMSG },
        { "a datagram longer than any", new byte[40_000], Errno.EMSGSIZE },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public void Each_fault_is_an_exception_and_not_the_end_of_the_list(string what, byte[] datagram, Errno errno)
    {
        Assert.NotEmpty(what);
        using var staged = new StagedDump();
        staged.Kernel.Answer(Message(Entry, Multi, 1));
        staged.Kernel.Answer(datagram);
        Assert.Equal(errno, Assert.Throws<NetlinkException>(() => staged.Walk()).Errno);
        Assert.Equal([1], staged.Walked);
    }

    [Fact]
    public void The_wait_for_a_silent_kernel_ends()
    {
        using var staged = new StagedDump();
        staged.Kernel.Answer(Message(Entry, Multi, 1));
        Assert.Equal(Errno.ETIMEDOUT, Assert.Throws<NetlinkException>(() => staged.Walk()).Errno);
    }

    [Fact]
    public void Cancellation_ends_the_list_between_two_datagrams()
    {
        using var staged = new StagedDump();
        using var ending = new CancellationTokenSource();
        staged.Kernel.Answer([.. Message(Entry, Multi, 1), .. Message(Entry, Multi, 2)]);
        Assert.Throws<OperationCanceledException>(() => staged.Walk(ending));
        Assert.Equal([1, 2], staged.Walked);
    }

    private static byte[] OfOtherRequest(byte[] message)
    {
        message[8] = 9; // the sequence number
        return message;
    }

    private static byte[] Message(ushort type, ushort flags, params byte[] payload)
    {
        byte[] message = new byte[NetlinkAlignment.Align(NetlinkMessage.HeaderSize + payload.Length)];
        BitConverter.TryWriteBytes(message, NetlinkMessage.HeaderSize + payload.Length);
        BitConverter.TryWriteBytes(message.AsSpan(4), type);
        BitConverter.TryWriteBytes(message.AsSpan(6), flags);
        BitConverter.TryWriteBytes(message.AsSpan(8), Sequence);
        payload.CopyTo(message, NetlinkMessage.HeaderSize);
        return message;
    }

    /// <summary>Represents a list whose messages the test chooses.</summary>
    private sealed class StagedDump : IDisposable
    {
        private readonly NetlinkSocket _socket = NetlinkSocket.Open();
        private readonly NetlinkDump _dump = new("list something", patience: 10);

        public StagedDump()
        {
            Kernel = StagedKernel.Behind(_socket.Handle);
            _dump.Begin(_socket, [0], _socket.TakeSequence(1));
        }

        public StagedKernel Kernel { get; }

        /// <summary>Gets the first byte of each message that was read.</summary>
        public List<byte> Walked { get; } = [];

        public List<byte> Walk(CancellationTokenSource? ending = null)
        {
            while (_dump.MoveNext(ending?.Token ?? CancellationToken.None))
            {
                Walked.Add(_dump.Current.Payload[0]);
                ending?.Cancel();
            }

            return Walked;
        }

        public void Dispose()
        {
            Kernel.Dispose();
            _socket.Dispose();
        }
    }
}
