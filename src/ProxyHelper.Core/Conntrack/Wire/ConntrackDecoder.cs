using System.Diagnostics.CodeAnalysis;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>Reads conntrack entries from IPCTNL_MSG_CT_NEW messages.</summary>
internal static class ConntrackDecoder
{
    /// <summary>
    /// The size in bytes of the header before the attributes: struct nfgenmsg (linux/netfilter/nfnetlink.h).
    /// </summary>
    public const int HeaderSize = 4;

    /// <summary>
    /// Reads both tuples and the zone of the reply direction, and nothing else. This is all that a look-up in zone 0
    /// needs: the kernel has compared a zone that holds for both directions. Allocates nothing.
    /// </summary>
    /// <param name="payload">The payload of the message.</param>
    /// <param name="original">Receives the original tuple.</param>
    /// <param name="reply">Receives the reply tuple.</param>
    /// <param name="replyZone">Receives the zone that holds for the reply direction only, or null.</param>
    /// <returns>False if the message is malformed or a tuple is missing.</returns>
    public static bool TryReadTuples(
        ReadOnlySpan<byte> payload, out ConntrackTuple original, out ConntrackTuple reply, out ushort? replyZone)
    {
        original = default;
        reply = default;
        replyZone = null;
        if (payload.Length < HeaderSize)
        {
            return false;
        }

        if (TupleCodec.TryReadPlainPair(payload[HeaderSize..], out original, out reply))
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
                    hasOriginal = TupleCodec.TryRead(attributes.Children, out original, out _);
                    break;
                case CtAttribute.TupleReply:
                    hasReply = TupleCodec.TryRead(attributes.Children, out reply, out replyZone);
                    break;
            }
        }

        return hasOriginal && hasReply;
    }

    /// <summary>Reads a whole entry.</summary>
    /// <returns>False if the message is malformed or a tuple is missing.</returns>
    public static bool TryReadEntry(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out ConntrackEntry? entry)
    {
        entry = null;
        if (payload.Length < HeaderSize)
        {
            return false;
        }

        var values = default(ConntrackEntryValues);
        ReadOnlySpan<byte> rest = payload[HeaderSize..];
        bool hasOriginal = false, hasReply = false;
        if (TupleCodec.TryReadPlainPair(rest, out values.Original, out values.Reply))
        {
            rest = rest[TupleCodec.PlainPairSize..];
            hasOriginal = hasReply = true;
        }

        bool isValid = true;
        var attributes = new NetlinkAttributes(rest);
        while (isValid && attributes.MoveNext())
        {
            hasOriginal |= attributes.Type == CtAttribute.TupleOriginal;
            hasReply |= attributes.Type == CtAttribute.TupleReply;
            isValid = ReadAttribute(ref attributes, ref values);
        }

        isValid &= !attributes.IsFaulted && hasOriginal && hasReply;
        entry = isValid ? new ConntrackEntry(values) : null;
        return isValid;
    }

    private static bool ReadAttribute(ref NetlinkAttributes attributes, ref ConntrackEntryValues values)
    {
        switch (attributes.Type)
        {
            case CtAttribute.TupleOriginal:
                return ReadTuple(attributes.Children, ref values.Original, ref values.OriginalZone);
            case CtAttribute.TupleReply:
                return ReadTuple(attributes.Children, ref values.Reply, ref values.ReplyZone);
            case CtAttribute.Status:
                values.Status = (ConntrackStatus)attributes.ReadUInt32();
                return true;
            case CtAttribute.ProtocolInfo:
                return ReadProtocolInfo(attributes.Children, ref values.State);
            case CtAttribute.Timeout:
                values.Timeout = TimeSpan.FromSeconds(attributes.ReadUInt32());
                return true;
            case CtAttribute.Mark:
                values.Mark = attributes.ReadUInt32();
                return true;
            case CtAttribute.Id:
                values.Id = attributes.ReadUInt32();
                return true;
            case CtAttribute.Zone:
                values.OriginalZone = values.ReplyZone = attributes.ReadUInt16(); // holds for both directions
                return true;
            case CtAttribute.CountersOriginal:
                return ReadCounters(attributes.Children, ref values.OriginalCounters);
            case CtAttribute.CountersReply:
                return ReadCounters(attributes.Children, ref values.ReplyCounters);
            case CtAttribute.Timestamp:
                return ReadTimestamp(attributes.Children, ref values.StartedAt);
            default:
                return true;
        }
    }

    private static bool ReadTuple(NetlinkAttributes attributes, ref ConntrackTuple tuple, ref ushort zone)
    {
        bool isValid = TupleCodec.TryRead(attributes, out tuple, out ushort? zoneOfDirection);
        zone = zoneOfDirection ?? zone;
        return isValid;
    }

    private static bool ReadProtocolInfo(NetlinkAttributes attributes, ref ConnectionState? state)
    {
        bool isValid = true;
        while (isValid && attributes.MoveNext())
        {
            isValid = attributes.Type switch
            {
                CtAttribute.ProtocolInfoTcp => ReadState(attributes.Children, KernelStates.Tcp, ref state),
                CtAttribute.ProtocolInfoDccp => ReadState(attributes.Children, KernelStates.Dccp, ref state),
                CtAttribute.ProtocolInfoSctp => ReadState(attributes.Children, KernelStates.Sctp, ref state),
                _ => true,
            };
        }

        return isValid && !attributes.IsFaulted;
    }

    private static bool ReadState(NetlinkAttributes attributes, KernelStates states, ref ConnectionState? state)
    {
        while (attributes.MoveNext())
        {
            if (attributes.Type == CtAttribute.ProtocolState)
            {
                state = states.FromNumber(attributes.ReadByte());
            }
        }

        return !attributes.IsFaulted;
    }

    private static bool ReadCounters(NetlinkAttributes attributes, ref DirectionCounters counters)
    {
        counters = default;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case CtAttribute.CounterPackets:
                    counters.Packets = attributes.ReadUInt64();
                    break;
                case CtAttribute.CounterBytes:
                    counters.Bytes = attributes.ReadUInt64();
                    break;
            }
        }

        return !attributes.IsFaulted;
    }

    private static bool ReadTimestamp(NetlinkAttributes attributes, ref DateTimeOffset? startedAt)
    {
        while (attributes.MoveNext())
        {
            if (attributes.Type == CtAttribute.TimestampStart)
            {
                // Any number of nanoseconds since 1970 is within the range of DateTimeOffset.
                ulong ticks = attributes.ReadUInt64() / (ulong)TimeSpan.NanosecondsPerTick;
                startedAt = DateTimeOffset.UnixEpoch.AddTicks((long)ticks);
            }
        }

        return !attributes.IsFaulted;
    }
}
