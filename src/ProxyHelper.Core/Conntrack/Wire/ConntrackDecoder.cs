using System.Diagnostics.CodeAnalysis;
using ProxyHelper.Addresses;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>From the attributes of an IPCTNL_MSG_CT_NEW message to values.</summary>
internal static class ConntrackDecoder
{
    /// <summary>The message's header before its attributes: struct nfgenmsg (linux/netfilter/nfnetlink.h).</summary>
    public const int HeaderSize = 4;

    /// <summary>Reads both tuples and nothing else: what a look-up needs. Allocates nothing.</summary>
    /// <returns>False when the message is malformed, or a tuple is missing.</returns>
    public static bool TryReadTuples(ReadOnlySpan<byte> payload, out ConntrackTuple original, out ConntrackTuple reply)
    {
        original = default;
        reply = default;
        if (payload.Length < HeaderSize)
        {
            return false;
        }

        if (TryReadPlainTuples(payload[HeaderSize..], out original, out reply))
        {
            return true;
        }

        bool hasOriginal = false, hasReply = false;
        var attributes = new NetlinkAttributes(payload[HeaderSize..]);
        while (!(hasOriginal && hasReply) && attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case CtAttribute.TupleOriginal:
                    hasOriginal = default(ConntrackTupleReader).TryRead(attributes.Children, out original);
                    break;
                case CtAttribute.TupleReply:
                    hasReply = default(ConntrackTupleReader).TryRead(attributes.Children, out reply);
                    break;
            }
        }

        return hasOriginal && hasReply;
    }

    /// <summary>Reads a whole entry.</summary>
    /// <returns>False when the message is malformed, or a tuple is missing.</returns>
    public static bool TryReadEntry(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out ConntrackEntry? entry)
    {
        entry = null;
        if (payload.Length < HeaderSize)
        {
            return false;
        }

        var read = new ConntrackEntry();
        ReadOnlySpan<byte> rest = payload[HeaderSize..];
        if (TryReadPlainTuples(rest, out ConntrackTuple original, out ConntrackTuple reply))
        {
            (read.Original, read.Reply) = (original, reply);
            rest = rest[(2 * PlainTuple.Size)..];
        }

        bool fits = true;
        var attributes = new NetlinkAttributes(rest);
        while (fits && attributes.MoveNext())
        {
            fits = ReadAttribute(ref attributes, read);
        }

        fits &= !attributes.IsFaulted && read.Original.Protocol != IPProtocol.None && read.Reply.Protocol != IPProtocol.None;
        entry = fits ? read : null;
        return fits;
    }

    /// <summary>Reads both tuples where the message begins with them and they are of TCP over IPv4, as most are.</summary>
    private static bool TryReadPlainTuples(ReadOnlySpan<byte> attributes, out ConntrackTuple original, out ConntrackTuple reply)
    {
        reply = default;
        return PlainTuple.TryRead(attributes, (byte)CtAttribute.TupleOriginal, out original)
            && PlainTuple.TryRead(attributes[PlainTuple.Size..], (byte)CtAttribute.TupleReply, out reply);
    }

    private static bool ReadAttribute(ref NetlinkAttributes attributes, ConntrackEntry entry)
    {
        switch (attributes.Type)
        {
            case CtAttribute.TupleOriginal:
                return ReadTuple(attributes.Children, entry, isReply: false);
            case CtAttribute.TupleReply:
                return ReadTuple(attributes.Children, entry, isReply: true);
            case CtAttribute.Status:
                entry.Status = (ConntrackStatus)attributes.ReadUInt32();
                return true;
            case CtAttribute.ProtocolInfo:
                return ReadProtocolInfo(attributes.Children, entry);
            case CtAttribute.Timeout:
                entry.Timeout = TimeSpan.FromSeconds(attributes.ReadUInt32());
                return true;
            case CtAttribute.Mark:
                entry.Mark = attributes.ReadUInt32();
                return true;
            case CtAttribute.Id:
                entry.Id = attributes.ReadUInt32();
                return true;
            case CtAttribute.Zone:
                entry.Zone = attributes.ReadUInt16();
                return true;
            case CtAttribute.CountersOriginal:
                (entry.OriginalPackets, entry.OriginalBytes, bool originalFits) = ReadCounters(attributes.Children);
                return originalFits;
            case CtAttribute.CountersReply:
                (entry.ReplyPackets, entry.ReplyBytes, bool replyFits) = ReadCounters(attributes.Children);
                return replyFits;
            case CtAttribute.Timestamp:
                return ReadTimestamp(attributes.Children, entry);
            default:
                return true;
        }
    }

    private static bool ReadTuple(NetlinkAttributes attributes, ConntrackEntry entry, bool isReply)
    {
        var reader = default(ConntrackTupleReader);
        bool fits = reader.TryRead(attributes, out ConntrackTuple tuple);
        if (isReply)
        {
            entry.Reply = tuple;
        }
        else
        {
            entry.Original = tuple;
        }

        entry.Zone = reader.Zone ?? entry.Zone;
        return fits;
    }

    private static bool ReadProtocolInfo(NetlinkAttributes attributes, ConntrackEntry entry)
    {
        bool fits = true;
        while (fits && attributes.MoveNext())
        {
            fits = attributes.Type switch
            {
                CtAttribute.ProtocolInfoTcp => ReadState(attributes.Children, KernelStates.Tcp, entry),
                CtAttribute.ProtocolInfoDccp => ReadState(attributes.Children, KernelStates.Dccp, entry),
                CtAttribute.ProtocolInfoSctp => ReadState(attributes.Children, KernelStates.Sctp, entry),
                _ => true,
            };
        }

        return fits && !attributes.IsFaulted;
    }

    private static bool ReadState(NetlinkAttributes attributes, KernelStates states, ConntrackEntry entry)
    {
        while (attributes.MoveNext())
        {
            if (attributes.Type == CtAttribute.ProtocolState)
            {
                entry.State = states.Numbered(attributes.ReadByte());
            }
        }

        return !attributes.IsFaulted;
    }

    private static (ulong? Packets, ulong? Bytes, bool Fits) ReadCounters(NetlinkAttributes attributes)
    {
        ulong? packets = null, bytes = null;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case CtAttribute.CounterPackets:
                    packets = attributes.ReadUInt64();
                    break;
                case CtAttribute.CounterBytes:
                    bytes = attributes.ReadUInt64();
                    break;
            }
        }

        return (packets, bytes, !attributes.IsFaulted);
    }

    private static bool ReadTimestamp(NetlinkAttributes attributes, ConntrackEntry entry)
    {
        while (attributes.MoveNext())
        {
            if (attributes.Type == CtAttribute.TimestampStart)
            {
                ulong ticks = attributes.ReadUInt64() / (ulong)TimeSpan.NanosecondsPerTick; // always within DateTimeOffset's range
                entry.StartedAt = DateTimeOffset.UnixEpoch.AddTicks((long)ticks);
            }
        }

        return !attributes.IsFaulted;
    }
}
