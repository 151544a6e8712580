using System.Net.Sockets;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>Writes requests to ctnetlink. Message types and flags are known here only.</summary>
internal static class ConntrackRequest
{
    /// <summary>
    /// Room for a look-up or a removal. The longest one takes 112 bytes: an IPv6 tuple, a zone and an id.
    /// </summary>
    public const int MaximumSize = 128;

    /// <summary>
    /// Room for the request of a listing. The longest one takes 180 bytes: all that the kernel can filter by.
    /// </summary>
    public const int MaximumDumpSize = 256;

    private const ushort Subsystem = 1 << 8; // NFNL_SUBSYS_CTNETLINK
    private const ushort GetMessageType = Subsystem | 1; // IPCTNL_MSG_CT_GET
    private const ushort DeleteMessageType = Subsystem | 2; // IPCTNL_MSG_CT_DELETE
    private const ushort CountersMessageType = Subsystem | 4; // IPCTNL_MSG_CT_GET_STATS_CPU
    private const ushort StatisticsMessageType = Subsystem | 5; // IPCTNL_MSG_CT_GET_STATS

    // A look-up has this flag alone: any bit of NLM_F_DUMP would turn it into a listing of the whole table.
    private const ushort RequestFlag = 0x1; // NLM_F_REQUEST
    private const ushort AcknowledgeFlag = 0x4; // NLM_F_ACK
    private const ushort DumpFlags = 0x300; // NLM_F_DUMP

    private const byte IPv4Family = SocketKind.IPv4Family;
    private const byte IPv6Family = SocketKind.IPv6Family;
    private const byte AnyFamily = SocketKind.AnyFamily;

    /// <summary>Writes the look-up of an entry whose reply direction is in zone 0, by its reply tuple.</summary>
    public static void WriteGet(ref NetlinkWriter writer, uint sequence, in ConntrackTuple reply)
    {
        Begin(ref writer, GetMessageType, RequestFlag, sequence, Family(reply.AddressFamily));
        TupleCodec.Write(ref writer, CtAttribute.TupleReply, reply);
        writer.EndMessage();
    }

    /// <summary>Writes the look-up of an entry by the tuple and the zone of one of its directions.</summary>
    public static void WriteGet(ref NetlinkWriter writer, uint sequence, in EntryKey key)
    {
        Begin(ref writer, GetMessageType, RequestFlag, sequence, Family(key.Tuple.AddressFamily));
        key.Write(ref writer);
        writer.EndMessage();
    }

    /// <summary>Writes the removal of an entry. The kernel removes it only if it still has this id.</summary>
    public static void WriteDelete(ref NetlinkWriter writer, uint sequence, in EntryKey key, uint id)
    {
        const ushort flags = RequestFlag | AcknowledgeFlag;
        Begin(ref writer, DeleteMessageType, flags, sequence, Family(key.Tuple.AddressFamily));
        key.Write(ref writer);
        writer.Put(CtAttribute.Id, id);
        writer.EndMessage();
    }

    /// <summary>Writes a listing of all zones that the kernel filters.</summary>
    public static void WriteDump(ref NetlinkWriter writer, uint sequence, KernelFilter filter)
    {
        Begin(ref writer, GetMessageType, RequestFlag | DumpFlags, sequence, Family(filter.Family));
        WriteFilter(ref writer, filter);
        writer.EndMessage();
    }

    /// <summary>Writes the request for the counters of each processor.</summary>
    public static void WriteCounters(ref NetlinkWriter writer, uint sequence)
    {
        Begin(ref writer, CountersMessageType, RequestFlag | DumpFlags, sequence, AnyFamily);
        writer.EndMessage();
    }

    /// <summary>Writes the request for the number of entries and its limit.</summary>
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

    private static void Begin(ref NetlinkWriter writer, ushort type, ushort flags, uint sequence, byte family)
    {
        writer.BeginMessage(type, flags, sequence);
        writer.Header(ConntrackDecoder.HeaderSize)[0] = family; // struct nfgenmsg: family, version 0, resource id 0
    }

    private static void WriteFilter(ref NetlinkWriter writer, KernelFilter filter)
    {
        WriteTuples(ref writer, filter.Original, filter.Reply);
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

    // The tuples have the values, and CTA_FILTER says which parts of the tuples to compare.
    private static void WriteTuples(ref NetlinkWriter writer, in TupleParts original, in TupleParts reply)
    {
        if (original.FilterFlags != 0)
        {
            TupleCodec.Write(ref writer, CtAttribute.TupleOriginal, original);
        }

        if (reply.FilterFlags != 0)
        {
            TupleCodec.Write(ref writer, CtAttribute.TupleReply, reply);
        }

        if ((original.FilterFlags | reply.FilterFlags) != 0)
        {
            int flags = writer.BeginNested(CtAttribute.Filter);
            WriteFlags(ref writer, CtAttribute.FilterOriginalFlags, original.FilterFlags);
            WriteFlags(ref writer, CtAttribute.FilterReplyFlags, reply.FilterFlags);
            writer.EndNested(flags);
        }
    }

    // The flags are in host byte order, unlike all other numbers of ctnetlink.
    private static void WriteFlags(ref NetlinkWriter writer, ushort type, uint flags) =>
        BitConverter.TryWriteBytes(writer.Attribute(type, sizeof(uint)), flags);
}
