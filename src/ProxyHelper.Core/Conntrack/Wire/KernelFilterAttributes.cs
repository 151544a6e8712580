using ProxyHelper.Addresses;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>Writes what the kernel is to filter by into the request of a listing.</summary>
internal static class KernelFilterAttributes
{
    /// <summary>Writes the attributes.</summary>
    public static void Write(ref NetlinkWriter writer, KernelFilter filter)
    {
        WriteTuple(ref writer, CtAttribute.TupleOriginal, filter.Original);
        WriteTuple(ref writer, CtAttribute.TupleReply, filter.Reply);
        WriteFlags(ref writer, filter.Original.Flags, filter.Reply.Flags);
        if (filter.Mark is { } mark)
        {
            writer.Put(CtAttribute.Mark, mark.Value);
            writer.Put(CtAttribute.MarkMask, mark.Mask);
        }

        if (filter.Zone is { } zone)
        {
            writer.Put(CtAttribute.Zone, zone);
        }

        if (filter.Status != ConntrackStatus.None)
        {
            writer.Put(CtAttribute.Status, (uint)filter.Status);
            writer.Put(CtAttribute.StatusMask, (uint)filter.Status);
        }
    }

    private static void WriteFlags(ref NetlinkWriter writer, uint original, uint reply)
    {
        if ((original | reply) == 0)
        {
            return;
        }

        int filter = writer.BeginNested(CtAttribute.Filter);
        BitConverter.TryWriteBytes(writer.Attribute(CtAttribute.FilterOriginalFlags, sizeof(uint)), original);
        BitConverter.TryWriteBytes(writer.Attribute(CtAttribute.FilterReplyFlags, sizeof(uint)), reply);
        writer.EndNested(filter);
    }

    private static void WriteTuple(ref NetlinkWriter writer, ushort direction, TupleFilter filter)
    {
        if (filter.Flags == 0)
        {
            return;
        }

        int tuple = writer.BeginNested(direction);
        if (filter.SourceAddress is not null || filter.DestinationAddress is not null)
        {
            int addresses = writer.BeginNested(CtAttribute.TupleIP);
            WriteAddress(ref writer, CtAttribute.IPv4Source, filter.SourceAddress);
            WriteAddress(ref writer, CtAttribute.IPv4Destination, filter.DestinationAddress);
            writer.EndNested(addresses);
        }

        if (filter.Protocol != IPProtocol.None)
        {
            WriteProtocol(ref writer, filter);
        }

        writer.EndNested(tuple);
    }

    private static void WriteAddress(ref NetlinkWriter writer, ushort type, TransportEndPoint? address)
    {
        if (address is { } present)
        {
            present.WriteAddress(writer.Attribute(type, IPv4Address.Size));
        }
    }

    private static void WriteProtocol(ref NetlinkWriter writer, TupleFilter filter)
    {
        int protocol = writer.BeginNested(CtAttribute.TupleProtocol);
        writer.Put(CtAttribute.ProtocolNumber, (byte)filter.Protocol);
        if (filter.SourcePort is { } sourcePort)
        {
            writer.Put(CtAttribute.SourcePort, sourcePort);
        }

        if (filter.DestinationPort is { } destinationPort)
        {
            writer.Put(CtAttribute.DestinationPort, destinationPort);
        }

        writer.EndNested(protocol);
    }
}
