using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>Writes requests to ctnetlink. The one place that knows message types and flags.</summary>
internal static class ConntrackRequest
{
    /// <summary>Room for one look-up or removal: by an IPv6 tuple, with a zone and an id, it takes 112 bytes.</summary>
    public const int MaximumSize = 128;

    /// <summary>Room for the request of a listing: with all that the kernel can filter by, it takes 180 bytes.</summary>
    public const int MaximumDumpSize = 256;

    private const ushort Subsystem = 1 << 8; // NFNL_SUBSYS_CTNETLINK
    private const ushort GetMessageType = Subsystem | 1; // IPCTNL_MSG_CT_GET
    private const ushort DeleteMessageType = Subsystem | 2; // IPCTNL_MSG_CT_DELETE
    private const ushort CountersMessageType = Subsystem | 4; // IPCTNL_MSG_CT_GET_STATS_CPU
    private const ushort StatisticsMessageType = Subsystem | 5; // IPCTNL_MSG_CT_GET_STATS

    // Any bit of NLM_F_DUMP beside it would turn a look-up into a listing of the whole table.
    private const ushort RequestFlag = 0x1; // NLM_F_REQUEST
    private const ushort AcknowledgeFlag = 0x4; // NLM_F_ACK
    private const ushort DumpFlags = 0x300; // NLM_F_DUMP

    private const byte IPv4Family = 2; // AF_INET
    private const byte IPv6Family = 10; // AF_INET6
    private const byte AnyFamily = 0; // AF_UNSPEC

    /// <summary>Asks for the entry one of whose directions is this tuple.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="sequence">The request's number.</param>
    /// <param name="direction">CTA_TUPLE_ORIG or CTA_TUPLE_REPLY; the kernel finds it by either, in either direction.</param>
    /// <param name="tuple">The tuple.</param>
    /// <param name="zone">The conntrack zone to search.</param>
    public static void WriteGet(ref NetlinkWriter writer, uint sequence, ushort direction, in ConntrackTuple tuple, ushort zone)
    {
        Begin(ref writer, GetMessageType, RequestFlag, sequence, Family(tuple.AddressFamily));
        WriteTuple(ref writer, direction, tuple);
        WriteZone(ref writer, zone);
        writer.EndMessage();
    }

    /// <summary>Has an entry removed, if it has this number still.</summary>
    public static void WriteDelete(ref NetlinkWriter writer, uint sequence, in ConntrackTuple original, ushort zone, uint id)
    {
        Begin(ref writer, DeleteMessageType, RequestFlag | AcknowledgeFlag, sequence, Family(original.AddressFamily));
        WriteTuple(ref writer, CtAttribute.TupleOriginal, original);
        WriteZone(ref writer, zone);
        writer.Put(CtAttribute.Id, id);
        writer.EndMessage();
    }

    /// <summary>Asks for the entries of all zones, less those that the kernel can tell do not fit.</summary>
    public static void WriteDump(ref NetlinkWriter writer, uint sequence, KernelFilter filter)
    {
        Begin(ref writer, GetMessageType, RequestFlag | DumpFlags, sequence, Family(filter.Family));
        KernelFilterAttributes.Write(ref writer, filter);
        writer.EndMessage();
    }

    /// <summary>Asks what each processor has counted.</summary>
    public static void WriteCounters(ref NetlinkWriter writer, uint sequence)
    {
        Begin(ref writer, CountersMessageType, RequestFlag | DumpFlags, sequence, AnyFamily);
        writer.EndMessage();
    }

    /// <summary>Asks how full the table is.</summary>
    public static void WriteStatistics(ref NetlinkWriter writer, uint sequence)
    {
        Begin(ref writer, StatisticsMessageType, RequestFlag, sequence, AnyFamily);
        writer.EndMessage();
    }

    private static byte Family(AddressFamily family) => family switch
    {
        AddressFamily.InterNetwork => IPv4Family,
        AddressFamily.InterNetworkV6 => IPv6Family,
        _ => AnyFamily,
    };

    private static void WriteZone(ref NetlinkWriter writer, ushort zone)
    {
        if (zone != 0)
        {
            writer.Put(CtAttribute.Zone, zone); // without it the kernel searches zone 0
        }
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
