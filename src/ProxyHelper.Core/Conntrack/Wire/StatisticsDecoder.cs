using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>Reads the two messages of ctnetlink about the whole table.</summary>
internal static class StatisticsDecoder
{
    /// <summary>Reads the number of entries and its limit (IPCTNL_MSG_CT_GET_STATS).</summary>
    /// <returns>False if the message is malformed.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ConntrackStatistics statistics)
    {
        uint entries = 0;
        uint? maximum = null;
        NetlinkAttributes attributes = AttributesOf(payload);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case CtAttribute.StatisticsEntries:
                    entries = attributes.ReadUInt32();
                    break;
                case CtAttribute.StatisticsMaximum:
                    maximum = attributes.ReadUInt32();
                    break;
            }
        }

        statistics = new ConntrackStatistics(entries, maximum);
        return !attributes.IsFaulted;
    }

    /// <summary>Reads the counters of one processor (IPCTNL_MSG_CT_GET_STATS_CPU).</summary>
    /// <returns>False if the message is malformed.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ConntrackCounters counters)
    {
        counters = default;
        NetlinkAttributes attributes = AttributesOf(payload);
        while (attributes.MoveNext())
        {
            counters = attributes.Type switch
            {
                CtAttribute.CounterFound => counters with { Found = attributes.ReadUInt32() },
                CtAttribute.CounterInvalid => counters with { Invalid = attributes.ReadUInt32() },
                CtAttribute.CounterInsert => counters with { Insert = attributes.ReadUInt32() },
                CtAttribute.CounterInsertFailed => counters with { InsertFailed = attributes.ReadUInt32() },
                CtAttribute.CounterDrop => counters with { Drop = attributes.ReadUInt32() },
                CtAttribute.CounterEarlyDrop => counters with { EarlyDrop = attributes.ReadUInt32() },
                CtAttribute.CounterError => counters with { Error = attributes.ReadUInt32() },
                CtAttribute.CounterSearchRestart => counters with { SearchRestart = attributes.ReadUInt32() },
                CtAttribute.CounterClashResolve => counters with { ClashResolve = attributes.ReadUInt32() },
                CtAttribute.CounterChainTooLong => counters with { ChainTooLong = attributes.ReadUInt32() },
                _ => counters,
            };
        }

        return !attributes.IsFaulted;
    }

    private static NetlinkAttributes AttributesOf(ReadOnlySpan<byte> payload) =>
        new(payload.Length < ConntrackDecoder.HeaderSize ? default : payload[ConntrackDecoder.HeaderSize..]);
}
