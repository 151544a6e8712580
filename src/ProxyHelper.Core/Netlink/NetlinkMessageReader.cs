namespace ProxyHelper.Netlink;

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
