using System.Buffers.Binary;

namespace ProxyHelper.Netlink;

/// <summary>
/// A walk over netlink attributes (struct nlattr, linux/netlink.h). It cannot leave its bytes, allocates nothing, and remembers
/// the first fault: an impossible length, or a value read as a type of another size. After a fault it is at its end, and values
/// read as 0, so the reader checks <see cref="IsFaulted"/> once, when done.
/// </summary>
internal ref struct NetlinkAttributes
{
    private const int HeaderSize = 4;
    private const ushort TypeMask = 0x3fff; // NLA_TYPE_MASK: without NLA_F_NESTED and NLA_F_NET_BYTEORDER

    private ReadOnlySpan<byte> _rest;
    private ReadOnlySpan<byte> _value;

    /// <summary>Starts before the first attribute.</summary>
    /// <param name="bytes">The payload of a message or of a nested attribute.</param>
    public NetlinkAttributes(ReadOnlySpan<byte> bytes)
    {
        _rest = bytes;
    }

    /// <summary>The type of the attribute that <see cref="MoveNext"/> came to, without flags.</summary>
    public ushort Type { get; private set; }

    /// <summary>Whether anything did not fit.</summary>
    public bool IsFaulted { get; private set; }

    /// <summary>The attribute's bytes.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _value;

    /// <summary>The attributes inside this one.</summary>
    public readonly NetlinkAttributes Children => new(_value);

    /// <summary>Goes to the next attribute.</summary>
    /// <returns>False at the end, and at a fault.</returns>
    public bool MoveNext()
    {
        if (IsFaulted || _rest.IsEmpty)
        {
            return false;
        }

        ushort length = _rest.Length < HeaderSize ? (ushort)0 : BitConverter.ToUInt16(_rest);
        if (length < HeaderSize || length > _rest.Length)
        {
            return Fault();
        }

        Type = (ushort)(BitConverter.ToUInt16(_rest[2..]) & TypeMask);
        _value = _rest[HeaderSize..length];
        _rest = _rest[Math.Min(NetlinkAlignment.Align(length), _rest.Length)..]; // the last one may come without its padding
        return true;
    }

    /// <summary>Reads one byte.</summary>
    public byte ReadByte() => Fits(sizeof(byte)) ? _value[0] : (byte)0;

    /// <summary>Reads two bytes in network byte order.</summary>
    public ushort ReadUInt16() => Fits(sizeof(ushort)) ? BinaryPrimitives.ReadUInt16BigEndian(_value) : (ushort)0;

    /// <summary>Reads four bytes in network byte order.</summary>
    public uint ReadUInt32() => Fits(sizeof(uint)) ? BinaryPrimitives.ReadUInt32BigEndian(_value) : 0;

    /// <summary>Reads eight bytes in network byte order.</summary>
    public ulong ReadUInt64() => Fits(sizeof(ulong)) ? BinaryPrimitives.ReadUInt64BigEndian(_value) : 0;

    /// <summary>The attribute's bytes, which must be so many.</summary>
    /// <returns>Empty when they are not.</returns>
    public ReadOnlySpan<byte> ReadBytes(int length) => Fits(length) ? _value : default;

    private bool Fits(int length) => !IsFaulted && (_value.Length == length || Fault());

    private bool Fault()
    {
        IsFaulted = true;
        return false;
    }
}
