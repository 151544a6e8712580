using System.Net.Sockets;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack;

/// <summary>Writes requests to ctnetlink. The one place that knows message types and flags.</summary>
internal static class ConntrackRequest
{
    /// <summary>Room for one request: a look-up by IPv6 tuple in a zone takes 104 bytes.</summary>
    public const int MaximumSize = 128;

    private const ushort Subsystem = 1 << 8; // NFNL_SUBSYS_CTNETLINK
    private const ushort GetMessageType = Subsystem | 1; // IPCTNL_MSG_CT_GET
    private const ushort StatisticsMessageType = Subsystem | 5; // IPCTNL_MSG_CT_GET_STATS

    // Any bit of NLM_F_DUMP beside it would turn a look-up into a listing of the whole table.
    private const ushort RequestFlag = 0x1; // NLM_F_REQUEST
    private const ushort DumpFlags = 0x300; // NLM_F_DUMP

    private const byte IPv4Family = 2; // AF_INET
    private const byte IPv6Family = 10; // AF_INET6
    private const byte AnyFamily = 0; // AF_UNSPEC

    /// <summary>Asks for the entry with this reply tuple.</summary>
    public static void WriteGet(ref NetlinkWriter writer, uint sequence, in ConntrackTuple reply, ushort zone)
    {
        bool isIPv6 = reply.AddressFamily == AddressFamily.InterNetworkV6;
        Begin(ref writer, GetMessageType, RequestFlag, sequence, isIPv6 ? IPv6Family : IPv4Family);
        WriteTuple(ref writer, CtAttribute.TupleReply, reply);
        if (zone != 0)
        {
            writer.Put(CtAttribute.Zone, zone);
        }

        writer.EndMessage();
    }

    /// <summary>Asks for the whole table, all families and zones.</summary>
    public static void WriteDump(ref NetlinkWriter writer, uint sequence)
    {
        Begin(ref writer, GetMessageType, RequestFlag | DumpFlags, sequence, AnyFamily);
        writer.EndMessage();
    }

    /// <summary>Asks how full the table is.</summary>
    public static void WriteStatistics(ref NetlinkWriter writer, uint sequence)
    {
        Begin(ref writer, StatisticsMessageType, RequestFlag, sequence, AnyFamily);
        writer.EndMessage();
    }

    private static void Begin(ref NetlinkWriter writer, ushort type, ushort flags, uint sequence, byte family)
    {
        writer.BeginMessage(type, flags, sequence);
        writer.Header(ConntrackDecoder.HeaderSize)[0] = family; // struct nfgenmsg: family, version 0, resource id 0
    }

    private static void WriteTuple(ref NetlinkWriter writer, ushort attribute, in ConntrackTuple tuple)
    {
        if (PlainTuple.Fits(tuple))
        {
            PlainTuple.Write(writer.Header(PlainTuple.Size), (byte)attribute, tuple);
            return;
        }

        int whole = writer.BeginNested(attribute);
        WriteAddresses(ref writer, tuple);
        WriteProtocol(ref writer, tuple);
        writer.EndNested(whole);
    }

    private static void WriteAddresses(ref NetlinkWriter writer, in ConntrackTuple tuple)
    {
        bool isIPv6 = tuple.AddressFamily == AddressFamily.InterNetworkV6;
        int size = isIPv6 ? 16 : 4;
        int addresses = writer.BeginNested(CtAttribute.TupleIP);
        tuple.Source.WriteAddress(writer.Attribute(isIPv6 ? CtAttribute.IPv6Source : CtAttribute.IPv4Source, size));
        tuple.Destination.WriteAddress(writer.Attribute(isIPv6 ? CtAttribute.IPv6Destination : CtAttribute.IPv4Destination, size));
        writer.EndNested(addresses);
    }

    private static void WriteProtocol(ref NetlinkWriter writer, in ConntrackTuple tuple)
    {
        int protocol = writer.BeginNested(CtAttribute.TupleProtocol);
        writer.Put(CtAttribute.ProtocolNumber, (byte)tuple.Protocol);
        if (tuple.Icmp is { } message)
        {
            bool isV6 = tuple.Protocol == IPProtocol.IcmpV6;
            writer.Put(isV6 ? CtAttribute.IcmpV6Identifier : CtAttribute.IcmpIdentifier, message.IsRequest ? tuple.Source.Port : tuple.Destination.Port);
            writer.Put(isV6 ? CtAttribute.IcmpV6Type : CtAttribute.IcmpType, message.Type);
            writer.Put(isV6 ? CtAttribute.IcmpV6Code : CtAttribute.IcmpCode, message.Code);
        }
        else
        {
            writer.Put(CtAttribute.SourcePort, tuple.Source.Port);
            writer.Put(CtAttribute.DestinationPort, tuple.Destination.Port);
        }

        writer.EndNested(protocol);
    }
}
