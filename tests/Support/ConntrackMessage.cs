using System.Net;
using System.Net.Sockets;
using ProxyHelper.Netlink;

namespace ProxyHelper.TestSupport;

/// <summary>
/// Writes the requests of ctnetlink that tests need. This is not the core's code on purpose, so that a mistake there is
/// found. The numbers are those of linux/netfilter/nfnetlink_conntrack.h.
/// </summary>
internal static class ConntrackMessage
{
    /// <summary>The number of bytes that every request fits in.</summary>
    public const int LargestSize = 256;

    private const int Subsystem = 1 << 8; // NFNL_SUBSYS_CTNETLINK
    private const ushort New = Subsystem | 0; // IPCTNL_MSG_CT_NEW
    private const ushort Get = Subsystem | 1; // IPCTNL_MSG_CT_GET
    private const ushort Remove = Subsystem | 2; // IPCTNL_MSG_CT_DELETE
    private const ushort Request = 0x1, Acknowledge = 0x4, Exclusive = 0x200, Create = 0x400, Dump = 0x300; // NLM_F_*
    // IPS_CONFIRMED: such an entry has this bit from the start, and it cannot be cleared.
    private const uint Confirmed = 8;
    // CTA_*
    private const ushort Original = 1, Reply = 2, Status = 3, ProtocolInfo = 4, Timeout = 7, Mark = 8, Zone = 18;

    /// <summary>Writes a request that creates an entry. The entry must not exist.</summary>
    public static void WriteNew(ref NetlinkWriter writer, uint sequence, ConntrackFlow flow)
    {
        Begin(ref writer, New, Request | Acknowledge | Create | Exclusive, sequence, Family(flow));
        WriteTuple(ref writer, Original, flow, flow.OriginalSource, flow.OriginalDestination);
        WriteTuple(ref writer, Reply, flow, flow.ReplySource, flow.ReplyDestination);
        writer.Put(Timeout, flow.TimeoutSeconds);
        WriteZone(ref writer, flow);
        if (flow.Status is uint status)
        {
            writer.Put(Status, status | Confirmed);
        }

        if (flow.Mark is uint mark)
        {
            writer.Put(Mark, mark);
        }

        WriteState(ref writer, flow);
        writer.EndMessage();
    }

    /// <summary>Writes a request for an entry by its reply tuple.</summary>
    public static void WriteGet(ref NetlinkWriter writer, uint sequence, ConntrackFlow flow)
    {
        Begin(ref writer, Get, Request, sequence, Family(flow));
        WriteTuple(ref writer, Reply, flow, flow.ReplySource, flow.ReplyDestination);
        WriteZone(ref writer, flow);
        writer.EndMessage();
    }

    /// <summary>Writes a request for all entries.</summary>
    public static void WriteDump(ref NetlinkWriter writer, uint sequence)
    {
        Begin(ref writer, Get, Request | Dump, sequence, family: 0);
        writer.EndMessage();
    }

    /// <summary>Writes a request that deletes an entry.</summary>
    public static void WriteDelete(ref NetlinkWriter writer, uint sequence, ConntrackFlow flow)
    {
        Begin(ref writer, Remove, Request | Acknowledge, sequence, Family(flow));
        WriteTuple(ref writer, Original, flow, flow.OriginalSource, flow.OriginalDestination);
        WriteZone(ref writer, flow);
        writer.EndMessage();
    }

    /// <summary>Writes a request that deletes all entries.</summary>
    public static void WriteFlush(ref NetlinkWriter writer, uint sequence)
    {
        Begin(ref writer, Remove, Request | Acknowledge, sequence, family: 0);
        writer.EndMessage();
    }

    private static void Begin(ref NetlinkWriter writer, ushort type, int flags, uint sequence, byte family)
    {
        writer.BeginMessage(type, (ushort)flags, sequence);
        writer.Header(4)[0] = family; // struct nfgenmsg; version and resource are 0
    }

    private static void WriteTuple(ref NetlinkWriter writer, ushort type, ConntrackFlow flow, IPEndPoint source,
        IPEndPoint destination)
    {
        bool isVersion6 = source.AddressFamily == AddressFamily.InterNetworkV6;
        int tuple = writer.BeginNested(type);
        int addresses = writer.BeginNested(1); // CTA_TUPLE_IP
        WriteAddress(ref writer, isVersion6 ? (ushort)3 : (ushort)1, source.Address); // CTA_IP_V6_SRC, CTA_IP_V4_SRC
        // CTA_IP_V6_DST, CTA_IP_V4_DST.
        WriteAddress(ref writer, isVersion6 ? (ushort)4 : (ushort)2, destination.Address);
        writer.EndNested(addresses);
        int protocol = writer.BeginNested(2); // CTA_TUPLE_PROTO
        writer.Put(1, flow.Protocol); // CTA_PROTO_NUM
        if (flow.IsEcho)
        {
            WriteEcho(ref writer, flow, isVersion6, isRequest: type == Original);
        }
        else
        {
            writer.Put(2, (ushort)source.Port); // CTA_PROTO_SRC_PORT
            writer.Put(3, (ushort)destination.Port); // CTA_PROTO_DST_PORT
        }

        writer.EndNested(protocol);
        ushort zone = type == Original ? flow.OriginalZone : flow.ReplyZone;
        if (zone != 0)
        {
            writer.Put(3, zone); // CTA_TUPLE_ZONE
        }

        writer.EndNested(tuple);
    }

    private static void WriteEcho(ref NetlinkWriter writer, ConntrackFlow flow, bool isVersion6, bool isRequest)
    {
        byte requestType = isVersion6 ? (byte)128 : (byte)8; // ICMPV6_ECHO_REQUEST, ICMP_ECHO
        byte replyType = isVersion6 ? (byte)129 : (byte)0; // ICMPV6_ECHO_REPLY, ICMP_ECHOREPLY
        ushort first = isVersion6 ? (ushort)7 : (ushort)4; // CTA_PROTO_ICMPV6_ID, CTA_PROTO_ICMP_ID; then TYPE and CODE
        writer.Put(first, isRequest ? flow.EchoId : flow.ReplyEchoId ?? flow.EchoId);
        writer.Put((ushort)(first + 1), isRequest ? requestType : replyType);
        writer.Put((ushort)(first + 2), (byte)0);
    }

    private static void WriteState(ref NetlinkWriter writer, ConntrackFlow flow)
    {
        if ((flow.TcpState ?? flow.SctpState) is not byte state)
        {
            return;
        }

        int info = writer.BeginNested(ProtocolInfo);
        // CTA_PROTOINFO_SCTP, CTA_PROTOINFO_TCP.
        int protocol = writer.BeginNested(flow.TcpState is null ? (ushort)3 : (ushort)1);
        writer.Put(1, state); // CTA_PROTOINFO_TCP_STATE, CTA_PROTOINFO_SCTP_STATE
        if (flow.TcpState is null)
        {
            writer.Put(2, 1u); // CTA_PROTOINFO_SCTP_VTAG_ORIGINAL, which the kernel requires
            writer.Put(3, 2u); // CTA_PROTOINFO_SCTP_VTAG_REPLY
        }

        writer.EndNested(protocol);
        writer.EndNested(info);
    }

    private static void WriteAddress(ref NetlinkWriter writer, ushort type, IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        bytes.CopyTo(writer.Attribute(type, bytes.Length));
    }

    private static void WriteZone(ref NetlinkWriter writer, ConntrackFlow flow)
    {
        if (flow.Zone != 0)
        {
            writer.Put(Zone, flow.Zone);
        }
    }

    private static byte Family(ConntrackFlow flow) =>
        flow.OriginalSource.AddressFamily == AddressFamily.InterNetworkV6 ? (byte)10 : (byte)2; // AF_INET6, AF_INET
}
