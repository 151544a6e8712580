using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ProxyHelper.Addresses;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>
/// Writes and reads the tuple attributes CTA_TUPLE_ORIG and CTA_TUPLE_REPLY: of look-ups, answers, events and filters.
/// This class decides their layout. The fast form for TCP over IPv4, <see cref="PlainTuple"/>, takes its template from
/// this class and checks its offsets against this layout at the first use.
/// </summary>
internal static class TupleCodec
{
    /// <summary>The size in bytes of what <see cref="TryReadPlainPair"/> reads.</summary>
    public const int PlainPairSize = 2 * PlainTuple.Size;

    /// <summary>Writes all parts of a tuple.</summary>
    /// <param name="writer">The writer of the request.</param>
    /// <param name="attribute">CTA_TUPLE_ORIG or CTA_TUPLE_REPLY.</param>
    /// <param name="tuple">The tuple.</param>
    public static void Write(ref NetlinkWriter writer, ushort attribute, in ConntrackTuple tuple)
    {
        if (PlainTuple.Fits(tuple))
        {
            PlainTuple.Write(writer.Header(PlainTuple.Size), (byte)attribute, tuple);
        }
        else
        {
            WriteGeneral(ref writer, attribute, tuple);
        }
    }

    /// <summary>Writes the parts that are present.</summary>
    public static void Write(ref NetlinkWriter writer, ushort attribute, in TupleParts parts)
    {
        int tuple = writer.BeginNested(attribute);
        if (parts.SourceAddress is not null || parts.DestinationAddress is not null)
        {
            int addresses = writer.BeginNested(CtAttribute.TupleIP);
            WriteAddress(ref writer, CtAttribute.IPv4Source, CtAttribute.IPv6Source, parts.SourceAddress);
            WriteAddress(
                ref writer, CtAttribute.IPv4Destination, CtAttribute.IPv6Destination, parts.DestinationAddress);
            writer.EndNested(addresses);
        }

        if (parts.Protocol is not null)
        {
            int protocol = writer.BeginNested(CtAttribute.TupleProtocol);
            WriteProtocol(ref writer, parts);
            writer.EndNested(protocol);
        }

        if (parts.Zone is { } zone)
        {
            writer.Put(CtAttribute.TupleZone, zone);
        }

        writer.EndNested(tuple);
    }

    /// <summary>Reads both tuples of a message that begins with them in the fast form, as most messages do.</summary>
    /// <param name="attributes">The attributes of the message.</param>
    /// <param name="original">Receives the original tuple.</param>
    /// <param name="reply">Receives the reply tuple.</param>
    /// <returns>False if the message begins with anything else.</returns>
    public static bool TryReadPlainPair(
        ReadOnlySpan<byte> attributes, out ConntrackTuple original, out ConntrackTuple reply)
    {
        reply = default;
        return PlainTuple.TryRead(attributes, (byte)CtAttribute.TupleOriginal, out original)
            && PlainTuple.TryRead(attributes[PlainTuple.Size..], (byte)CtAttribute.TupleReply, out reply);
    }

    /// <summary>
    /// Reads a tuple. The kernel promises no order of attributes, and unknown attributes are ignored.
    /// </summary>
    /// <param name="attributes">The attributes inside CTA_TUPLE_ORIG or CTA_TUPLE_REPLY.</param>
    /// <param name="tuple">Receives the tuple.</param>
    /// <param name="zone">Receives the zone that holds for this direction only, or null.</param>
    /// <returns>False if an attribute is malformed, or if an address or the protocol is missing.</returns>
    public static bool TryRead(NetlinkAttributes attributes, out ConntrackTuple tuple, out ushort? zone)
    {
        tuple = default;
        var parts = default(TupleParts);
        bool isValid = true;
        while (isValid && attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case CtAttribute.TupleIP:
                    isValid = ReadAddresses(attributes.Children, ref parts);
                    break;
                case CtAttribute.TupleProtocol:
                    isValid = ReadProtocol(attributes.Children, ref parts);
                    break;
                case CtAttribute.TupleZone:
                    parts.Zone = attributes.ReadUInt16();
                    break;
            }
        }

        zone = parts.Zone;
        return isValid && !attributes.IsFaulted && parts.TryMakeTuple(out tuple);
    }

    // Not inlined, so that the fast form does not clear the room for the parts.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WriteGeneral(ref NetlinkWriter writer, ushort attribute, in ConntrackTuple tuple) =>
        Write(ref writer, attribute, new TupleParts(tuple));

    private static void WriteAddress(
        ref NetlinkWriter writer, ushort version4, ushort version6, TransportEndPoint? address)
    {
        if (address is { } present)
        {
            bool isIPv6 = present.AddressFamily == AddressFamily.InterNetworkV6;
            present.WriteAddress(writer.Attribute(isIPv6 ? version6 : version4, isIPv6 ? 16 : 4));
        }
    }

    private static void WriteProtocol(ref NetlinkWriter writer, in TupleParts parts)
    {
        writer.Put(CtAttribute.ProtocolNumber, (byte)parts.Protocol!.Value);
        if (parts.Icmp is { } message)
        {
            bool isIPv6 = parts.Protocol == IPProtocol.IcmpV6;
            writer.Put(isIPv6 ? CtAttribute.IcmpV6Identifier : CtAttribute.IcmpIdentifier, parts.IcmpIdentifier);
            writer.Put(isIPv6 ? CtAttribute.IcmpV6Type : CtAttribute.IcmpType, message.Type);
            writer.Put(isIPv6 ? CtAttribute.IcmpV6Code : CtAttribute.IcmpCode, message.Code);
        }

        if (parts.SourcePort is { } sourcePort)
        {
            writer.Put(CtAttribute.SourcePort, sourcePort);
        }

        if (parts.DestinationPort is { } destinationPort)
        {
            writer.Put(CtAttribute.DestinationPort, destinationPort);
        }
    }

    private static bool ReadAddresses(NetlinkAttributes attributes, ref TupleParts parts)
    {
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case CtAttribute.IPv4Source:
                    parts.SourceAddress = ReadAddress(ref attributes, 4);
                    break;
                case CtAttribute.IPv4Destination:
                    parts.DestinationAddress = ReadAddress(ref attributes, 4);
                    break;
                case CtAttribute.IPv6Source:
                    parts.SourceAddress = ReadAddress(ref attributes, 16);
                    break;
                case CtAttribute.IPv6Destination:
                    parts.DestinationAddress = ReadAddress(ref attributes, 16);
                    break;
            }
        }

        return !attributes.IsFaulted;
    }

    private static TransportEndPoint? ReadAddress(ref NetlinkAttributes attributes, int size)
    {
        ReadOnlySpan<byte> address = attributes.ReadBytes(size);
        return address.IsEmpty ? null : TransportEndPoint.FromBytes(address, port: 0);
    }

    private static bool ReadProtocol(NetlinkAttributes attributes, ref TupleParts parts)
    {
        byte type = 0, code = 0;
        bool isIcmp = false;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case CtAttribute.ProtocolNumber:
                    parts.Protocol = (IPProtocol)attributes.ReadByte();
                    break;
                case CtAttribute.SourcePort:
                    parts.SourcePort = attributes.ReadUInt16();
                    break;
                case CtAttribute.DestinationPort:
                    parts.DestinationPort = attributes.ReadUInt16();
                    break;
                case CtAttribute.IcmpIdentifier or CtAttribute.IcmpV6Identifier:
                    parts.IcmpIdentifier = attributes.ReadUInt16();
                    break;
                case CtAttribute.IcmpType or CtAttribute.IcmpV6Type:
                    type = attributes.ReadByte();
                    isIcmp = true;
                    break;
                case CtAttribute.IcmpCode or CtAttribute.IcmpV6Code:
                    code = attributes.ReadByte();
                    break;
            }
        }

        parts.Icmp = isIcmp ? new IcmpMessage(type, code) : parts.Icmp;
        return !attributes.IsFaulted;
    }
}
