namespace ProxyHelper.Netlink;

/// <summary>A walk over the messages of one datagram. It cannot leave the bytes, and stops for good at the first malformed length.</summary>
internal ref struct NetlinkMessageReader
{
    private readonly ReadOnlySpan<byte> _datagram;
    private int _next;

    /// <summary>Starts before the first message.</summary>
    /// <param name="datagram">The bytes as they were received.</param>
    /// <param name="offset">Where in them to start.</param>
    public NetlinkMessageReader(ReadOnlySpan<byte> datagram, int offset = 0)
    {
        _datagram = datagram;
        _next = offset;
    }

    /// <summary>The message that <see cref="MoveNext"/> came to.</summary>
    public NetlinkMessage Current { get; private set; }

    /// <summary>Where in the datagram <see cref="Current"/> starts.</summary>
    public int Offset { get; private set; }

    /// <summary>Where in the datagram the next message would start.</summary>
    public readonly int NextOffset => _next;

    /// <summary>Whether a message claims a length that cannot be: the datagram is cut or is not netlink's.</summary>
    public bool IsFaulted { get; private set; }

    /// <summary>Goes to the next message.</summary>
    /// <returns>False at the end, and at a fault.</returns>
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

        // Headers are in the byte order of the machine, as BitConverter reads them.
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
