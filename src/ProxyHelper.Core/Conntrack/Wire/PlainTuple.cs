using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ProxyHelper.Addresses;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>
/// The fast form of <see cref="TupleCodec"/> for TCP over IPv4. Such a tuple always has the same 52 bytes, except for
/// two addresses and two ports. To write or read it as a whole takes a fifth of the time that its attributes take one
/// by one (measured).
/// </summary>
internal static class PlainTuple
{
    /// <summary>The size in bytes of the whole attribute.</summary>
    public const int Size = 52;

    // Where a tuple differs from the template. All other bytes are always the same. The offsets are constants, because
    // they make the fast form fast. MakeTemplate compares them with the layout that TupleCodec writes.
    private const int TypeOffset = 2;
    private const int SourceOffset = 12;
    private const int DestinationOffset = 20;
    private const int SourcePortOffset = 40;
    private const int DestinationPortOffset = 48;
    private const uint TypeBits = 0xff << (8 * TypeOffset); // in the first word, on a little-endian machine

    // A CTA_TUPLE_ORIG of TCP over IPv4 whose addresses and ports are 0.
    private static readonly byte[] _template = MakeTemplate();

    /// <summary>Returns whether a tuple can be written in this form.</summary>
    public static bool Fits(in ConntrackTuple tuple) =>
        tuple.Protocol == IPProtocol.Tcp && tuple.AddressFamily == AddressFamily.InterNetwork;

    /// <summary>Writes a tuple that fits.</summary>
    /// <param name="attribute">At least <see cref="Size"/> bytes.</param>
    /// <param name="type">CTA_TUPLE_ORIG or CTA_TUPLE_REPLY.</param>
    /// <param name="tuple">The tuple.</param>
    public static void Write(Span<byte> attribute, byte type, in ConntrackTuple tuple)
    {
        _template.CopyTo(attribute);
        Fill(attribute, type, tuple);
    }

    /// <summary>Reads a tuple.</summary>
    /// <param name="attribute">The attribute and the bytes after it.</param>
    /// <param name="type">CTA_TUPLE_ORIG or CTA_TUPLE_REPLY.</param>
    /// <param name="tuple">Receives the tuple.</param>
    /// <returns>False if the attribute has any other form. The general form can still read it.</returns>
    public static bool TryRead(ReadOnlySpan<byte> attribute, byte type, out ConntrackTuple tuple)
    {
        tuple = default;
        if (attribute.Length < Size
            || attribute[TypeOffset] != type
            || !HasForm(MemoryMarshal.Cast<byte, uint>(attribute[..Size]), MemoryMarshal.Cast<byte, uint>(_template)))
        {
            return false;
        }

        tuple = new ConntrackTuple(
            IPProtocol.Tcp,
            ReadEndPoint(attribute, SourceOffset, SourcePortOffset),
            ReadEndPoint(attribute, DestinationOffset, DestinationPortOffset),
            Icmp: null);
        return true;
    }

    // Writes what differs from the template.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill(Span<byte> attribute, byte type, in ConntrackTuple tuple)
    {
        attribute[TypeOffset] = type;
        tuple.Source.WriteAddress(attribute[SourceOffset..]);
        tuple.Destination.WriteAddress(attribute[DestinationOffset..]);
        BinaryPrimitives.WriteUInt16BigEndian(attribute[SourcePortOffset..], tuple.Source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(attribute[DestinationPortOffset..], tuple.Destination.Port);
    }

    // Compares all words except those of the addresses and ports and, in the first word, the type.
    private static bool HasForm(ReadOnlySpan<uint> words, ReadOnlySpan<uint> template) =>
        words.Length == Size / 4 && template.Length == Size / 4
        && (words[0] | TypeBits) == (template[0] | TypeBits)
        && words[1] == template[1] && words[2] == template[2] && words[4] == template[4] && words[6] == template[6]
        && words[7] == template[7] && words[8] == template[8] && words[9] == template[9] && words[11] == template[11];

    private static TransportEndPoint ReadEndPoint(ReadOnlySpan<byte> attribute, int addressOffset, int portOffset) =>
        TransportEndPoint.FromBytes(
            attribute.Slice(addressOffset, 4), BinaryPrimitives.ReadUInt16BigEndian(attribute[portOffset..]));

    /// <exception cref="InvalidOperationException">
    /// Thrown when the offsets are not those of the layout that <see cref="TupleCodec"/> writes.
    /// </exception>
    private static byte[] MakeTemplate()
    {
        var unspecified = TransportEndPoint.FromBytes(stackalloc byte[4], port: 0);
        byte[] template = WriteGeneral(
            CtAttribute.TupleOriginal, new ConntrackTuple(IPProtocol.Tcp, unspecified, unspecified, Icmp: null));

        // All bytes of these addresses and ports are different.
        var example = new ConntrackTuple(
            IPProtocol.Tcp,
            TransportEndPoint.FromBytes([0x11, 0x12, 0x13, 0x14], port: 0x1516),
            TransportEndPoint.FromBytes([0x21, 0x22, 0x23, 0x24], port: 0x2526),
            Icmp: null);
        byte[] filled = [.. template];
        Fill(filled, (byte)CtAttribute.TupleReply, example);
        return filled.AsSpan().SequenceEqual(WriteGeneral(CtAttribute.TupleReply, example))
            ? template
            : throw new InvalidOperationException("The offsets of the fast form differ from those of TupleCodec.");
    }

    private static byte[] WriteGeneral(ushort type, in ConntrackTuple tuple)
    {
        byte[] attribute = new byte[Size];
        var writer = new NetlinkWriter(attribute);
        TupleCodec.Write(ref writer, type, new TupleParts(tuple));
        return attribute;
    }
}
