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
