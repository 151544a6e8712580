using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>Reads the messages of a datagram from the kernel, each also as an error.</summary>
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
            Invariant.Holds(messages.Offset == end, "a message starts after the last message and its padding");
            end += NetlinkAlignment.Align(NetlinkMessage.HeaderSize + message.Payload.Length);
            Invariant.Holds(messages.NextOffset == end, "a message ends after its payload and padding");
            Invariant.Holds(
                message.Payload == input.Slice(messages.Offset + NetlinkMessage.HeaderSize, message.Payload.Length),
                "a payload is the bytes after its header");
            CheckReadAt(input, messages.Offset, message);
            CheckError(message);
        }

        Invariant.Holds(messages.IsFaulted == end < input.Length, "only a reader without a fault reaches the end");
        Invariant.Holds(!messages.MoveNext(), "after the end there is no more");
    }

    private static void CheckReadAt(ReadOnlySpan<byte> input, int offset, NetlinkMessage message)
    {
        var messages = new NetlinkMessageReader(input, offset);
        Invariant.Holds(messages.MoveNext(), "a message can be read at its offset");
        NetlinkMessage again = messages.Current;
        Invariant.Holds(
            (again.Type, again.Flags, again.Sequence) == (message.Type, message.Flags, message.Sequence)
                && again.Payload == message.Payload,
            "a message at its offset is the same message");
    }

    private static void CheckError(NetlinkMessage message)
    {
        NetlinkError error = NetlinkError.Read(message);
        int? number = message.Payload.Length < sizeof(int) ? null : BitConverter.ToInt32(message.Payload);
        Invariant.Holds(
            error.Errno == (number is null ? Errno.EBADMSG : (Errno)(-number.Value)),
            "an error number is the negative of the sent number, or EBADMSG");
        Invariant.Holds((error.Errno == Errno.None) == (number == 0), "only 0 is an acknowledgement");
        if (error.Words is { } words)
        {
            Invariant.Holds((message.Flags & AttributesFlag) != 0, "only a message with the flag has words");
            Invariant.Holds(
                words.Length < message.Payload.Length && !words.EndsWith('\0'),
                "the words are part of the message, without the NUL at their end");
        }
    }
}
