namespace ProxyHelper.Netlink;

/// <summary>
/// Represents a message of a netlink datagram: the fields of struct nlmsghdr (linux/netlink.h) and the payload.
/// </summary>
internal readonly ref struct NetlinkMessage
{
    /// <summary>The size of struct nlmsghdr in bytes.</summary>
    public const int HeaderSize = 16;

    /// <summary>NLMSG_ERROR: an error, or with error number 0 an acknowledgement.</summary>
    public const ushort ErrorType = 2;

    /// <summary>NLMSG_DONE: the end of a dump.</summary>
    public const ushort DoneType = 3;

    /// <summary>NLMSG_OVERRUN: data was lost.</summary>
    public const ushort OverrunType = 4;

    /// <summary>NLM_F_DUMP_INTR: the table changed, so the list is incomplete.</summary>
    public const ushort DumpInterruptedFlag = 0x10;

    /// <summary>Makes a message from its parts.</summary>
    public NetlinkMessage(ushort type, ushort flags, uint sequence, ReadOnlySpan<byte> payload)
    {
        Type = type;
        Flags = flags;
        Sequence = sequence;
        Payload = payload;
    }

    /// <summary>Gets the type (nlmsg_type).</summary>
    public ushort Type { get; }

    /// <summary>Gets the flags (nlmsg_flags).</summary>
    public ushort Flags { get; }

    /// <summary>Gets the sequence number of the request (nlmsg_seq).</summary>
    public uint Sequence { get; }

    /// <summary>Gets the bytes after the header, without padding.</summary>
    public ReadOnlySpan<byte> Payload { get; }
}

/// <summary>Aligns messages and attributes to four bytes (NLMSG_ALIGNTO and NLA_ALIGNTO, linux/netlink.h).</summary>
internal static class NetlinkAlignment
{
    /// <summary>Rounds a length up to a multiple of four.</summary>
    /// <param name="length">The length in bytes, at most int.MaxValue - 3.</param>
    public static int Align(int length) => (length + 3) & ~3;
}

/// <summary>
/// Reads the messages of one datagram. The reader never leaves the datagram and ends at the first impossible length.
/// </summary>
internal ref struct NetlinkMessageReader
{
    private readonly ReadOnlySpan<byte> _datagram;
    private int _next;

    /// <summary>Makes a reader before a message.</summary>
    /// <param name="datagram">The received bytes.</param>
    /// <param name="offset">The offset of the message.</param>
    public NetlinkMessageReader(ReadOnlySpan<byte> datagram, int offset = 0)
    {
        _datagram = datagram;
        _next = offset;
    }

    /// <summary>Gets the current message.</summary>
    public NetlinkMessage Current { get; private set; }

    /// <summary>Gets the offset of the current message in the datagram.</summary>
    public int Offset { get; private set; }

    /// <summary>Gets the offset after the current message.</summary>
    public readonly int NextOffset => _next;

    /// <summary>
    /// Gets a value indicating whether a message has an impossible length: the datagram is cut, or is not netlink.
    /// </summary>
    public bool IsFaulted { get; private set; }

    /// <summary>Moves to the next message.</summary>
    /// <returns>False at the end and at a fault.</returns>
    public bool MoveNext()
    {
        if (IsFaulted || _next >= _datagram.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = _datagram[_next..];
        if (rest.Length < NetlinkMessage.HeaderSize)
        {
            IsFaulted = true;
            return false;
        }

        // Headers are in the byte order of the host, which BitConverter uses.
        uint length = BitConverter.ToUInt32(rest);
        if (length < NetlinkMessage.HeaderSize || length > rest.Length)
        {
            IsFaulted = true;
            return false;
        }

        Current = new NetlinkMessage(
            type: BitConverter.ToUInt16(rest[4..]),
            flags: BitConverter.ToUInt16(rest[6..]),
            sequence: BitConverter.ToUInt32(rest[8..]),
            payload: rest[NetlinkMessage.HeaderSize..(int)length]);
        Offset = _next;
        _next += NetlinkAlignment.Align((int)length);
        return true;
    }
}
