using System.Buffers.Binary;

namespace ProxyHelper.Netlink;

/// <summary>
/// Reads netlink attributes (struct nlattr, linux/netlink.h). The reader never leaves its bytes and allocates nothing.
/// It keeps the first fault: an impossible length, or a value of another size. After a fault there are no more
/// attributes and values read as 0, so the caller checks <see cref="IsFaulted"/> once, at the end. Headers are in the
/// byte order of the host.
/// </summary>
internal ref struct NetlinkAttributes
{
    private const int HeaderSize = 4; // struct nlattr
    private const ushort TypeMask = 0x3fff; // NLA_TYPE_MASK: without NLA_F_NESTED and NLA_F_NET_BYTEORDER

    private ReadOnlySpan<byte> _rest;
    private ReadOnlySpan<byte> _value;

    /// <summary>Makes a reader before the first attribute.</summary>
    /// <param name="bytes">The payload of a message or of a nested attribute.</param>
    public NetlinkAttributes(ReadOnlySpan<byte> bytes)
    {
        _rest = bytes;
    }

    /// <summary>Gets the type of the current attribute, without flags.</summary>
    public ushort Type { get; private set; }

    /// <summary>Gets a value indicating whether there was a fault.</summary>
    public bool IsFaulted { get; private set; }

    /// <summary>Gets the bytes of the current attribute.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _value;

    /// <summary>Gets the attributes inside the current attribute.</summary>
    public readonly NetlinkAttributes Children => new(_value);

    /// <summary>Moves to the next attribute.</summary>
    /// <returns>False at the end and at a fault.</returns>
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
        // The last attribute may have no padding.
        _rest = _rest[Math.Min(NetlinkAlignment.Align(length), _rest.Length)..];
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

    /// <summary>Reads a value of a fixed length.</summary>
    /// <returns>An empty span when the attribute has another length.</returns>
    public ReadOnlySpan<byte> ReadBytes(int length) => Fits(length) ? _value : default;

    private bool Fits(int length) => !IsFaulted && (_value.Length == length || Fault());

    private bool Fault()
    {
        IsFaulted = true;
        return false;
    }
}
