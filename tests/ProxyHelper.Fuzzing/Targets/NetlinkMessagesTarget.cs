using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>A datagram from the kernel: the walk over its messages, and each of them read as an error.</summary>
internal sealed class NetlinkMessagesTarget : IFuzzTarget
{
    private const ushort AttributesFlag = 0x200; // NLM_F_ACK_TLVS

    /// <inheritdoc/>
    public string Name => "netlink-messages";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        var messages = new NetlinkMessageReader(input);
        int end = 0;
        while (messages.MoveNext())
        {
            NetlinkMessage message = messages.Current;
            Invariant.Holds(messages.Offset == end, "a message starts where the one before it and its padding end");
            end += NetlinkAlignment.Align(NetlinkMessage.HeaderSize + message.Payload.Length);
            Invariant.Holds(messages.NextOffset == end, "a message ends where its payload and its padding do");
            Invariant.Holds(
                message.Payload == input.Slice(messages.Offset + NetlinkMessage.HeaderSize, message.Payload.Length),
                "a payload is the bytes behind its header");
            CheckReadAt(input, messages.Offset, message);
            CheckError(message);
        }

        Invariant.Holds(messages.IsFaulted == end < input.Length, "a walk without a fault comes to the end, and one with a fault does not");
        Invariant.Holds(!messages.MoveNext(), "the end is the end");
    }

    private static void CheckReadAt(ReadOnlySpan<byte> input, int offset, NetlinkMessage message)
    {
        var messages = new NetlinkMessageReader(input, offset);
        Invariant.Holds(messages.MoveNext(), "a message that was walked to is read at its place");
        NetlinkMessage again = messages.Current;
        Invariant.Holds(
            (again.Type, again.Flags, again.Sequence) == (message.Type, message.Flags, message.Sequence) && again.Payload == message.Payload,
            "a message reads the same, walked to or read at its place");
    }

    private static void CheckError(NetlinkMessage message)
    {
        NetlinkError error = NetlinkError.Read(message);
        int? number = message.Payload.Length < sizeof(int) ? null : BitConverter.ToInt32(message.Payload);
        Invariant.Holds(
            error.Errno == (number is null ? Errno.EBADMSG : (Errno)(-number.Value)),
            "an error's number is the negative of the one sent, or EBADMSG");
        Invariant.Holds((error.Errno == Errno.None) == (number == 0), "only 0 is an acknowledgement");
        if (error.Words is { } words)
        {
            Invariant.Holds((message.Flags & AttributesFlag) != 0, "there are words only where the flags say so");
            Invariant.Holds(
                words.Length < message.Payload.Length && !words.EndsWith('\0'),
                "the words are part of the message, without the NUL at their end");
        }
    }
}
