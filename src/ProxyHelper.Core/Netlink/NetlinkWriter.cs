using System.Buffers.Binary;

namespace ProxyHelper.Netlink;

/// <summary>
/// Writes netlink messages with their attributes into the caller's buffer, one after the other. A buffer that is too
/// small is an error of the caller and causes <see cref="ArgumentOutOfRangeException"/>. Headers are in the byte order
/// of the host, values in network byte order.
/// </summary>
internal ref struct NetlinkWriter
{
    private const int AttributeHeaderSize = 4; // struct nlattr
    private const ushort NestedFlag = 0x8000; // NLA_F_NESTED (linux/netlink.h)

    private readonly Span<byte> _buffer;
    private int _messageStart;

    /// <summary>Makes a writer at the start of the buffer.</summary>
    public NetlinkWriter(Span<byte> buffer)
    {
        _buffer = buffer;
    }

    /// <summary>Gets the number of bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Starts a message. <see cref="EndMessage"/> writes its length.</summary>
    public void BeginMessage(ushort type, ushort flags, uint sequence)
    {
        _messageStart = Length;
        Span<byte> header = Take(NetlinkMessage.HeaderSize);
        BitConverter.TryWriteBytes(header[4..], type);
        BitConverter.TryWriteBytes(header[6..], flags);
        BitConverter.TryWriteBytes(header[8..], sequence);
    }

    /// <summary>Ends the message that <see cref="BeginMessage"/> started.</summary>
    public readonly void EndMessage() => BitConverter.TryWriteBytes(_buffer[_messageStart..], Length - _messageStart);

    /// <summary>Adds zeros for the fixed header that a subsystem has before the attributes, and returns them.</summary>
    public Span<byte> Header(int size) => Take(size);

    /// <summary>Starts an attribute that contains attributes.</summary>
    /// <returns>The start of the attribute, for <see cref="EndNested"/>.</returns>
    public int BeginNested(ushort type)
    {
        int start = Length;
        BitConverter.TryWriteBytes(Take(AttributeHeaderSize)[2..], (ushort)(type | NestedFlag));
        return start;
    }

    /// <summary>Ends the attribute that <see cref="BeginNested"/> started.</summary>
    public readonly void EndNested(int start) => BitConverter.TryWriteBytes(_buffer[start..], (ushort)(Length - start));

    /// <summary>Writes an attribute of one byte.</summary>
    public void Put(ushort type, byte value) => Attribute(type, sizeof(byte))[0] = value;

    /// <summary>Writes an attribute of two bytes in network byte order.</summary>
    public void Put(ushort type, ushort value) =>
        BinaryPrimitives.WriteUInt16BigEndian(Attribute(type, sizeof(ushort)), value);

    /// <summary>Writes an attribute of four bytes in network byte order.</summary>
    public void Put(ushort type, uint value) =>
        BinaryPrimitives.WriteUInt32BigEndian(Attribute(type, sizeof(uint)), value);

    /// <summary>Adds an attribute of zeros, and returns its bytes.</summary>
    public Span<byte> Attribute(ushort type, int length)
    {
        Span<byte> header = Take(AttributeHeaderSize);
        BitConverter.TryWriteBytes(header, (ushort)(AttributeHeaderSize + length));
        BitConverter.TryWriteBytes(header[2..], type);
        return Take(NetlinkAlignment.Align(length))[..length];
    }

    private Span<byte> Take(int size)
    {
        Span<byte> taken = _buffer.Slice(Length, size);
        taken.Clear();
        Length += size;
        return taken;
    }
}
