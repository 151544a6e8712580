using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>Reads the values of a saved line (name=value) that do not belong to a tuple.</summary>
internal static class SavedValues
{
    /// <summary>Reads a value. Unknown values are ignored.</summary>
    public static SavedLineFault Read(
        ReadOnlySpan<char> name, ReadOnlySpan<char> value, bool isReply, ref ConntrackEntryValues values)
    {
        switch (name)
        {
            case "packets" or "bytes":
                bool isCount = NumberText.TryRead(value, out ulong count);
                ref DirectionCounters counters = ref isReply ? ref values.ReplyCounters : ref values.OriginalCounters;
                SetCounter(ref counters, name is "bytes", count);
                return isCount ? SavedLineFault.None : SavedLineFault.Counter;
            case "mark":
                bool isMark = NumberText.TryRead(value, out uint mark);
                values.Mark = mark;
                return isMark ? SavedLineFault.None : SavedLineFault.Mark;
            case "zone" or "zone-orig" or "zone-reply": // the zone of a direction is the entry's zone, as in a listing
                bool isZone = NumberText.TryRead(value, out values.Zone);
                return isZone ? SavedLineFault.None : SavedLineFault.Zone;
            case "id":
                bool isId = NumberText.TryRead(value, out uint id);
                values.Id = id;
                return isId ? SavedLineFault.None : SavedLineFault.Id;
            default:
                return SavedLineFault.None;
        }
    }

    private static void SetCounter(ref DirectionCounters counters, bool isBytes, ulong count)
    {
        if (isBytes)
        {
            counters.Bytes = count;
        }
        else
        {
            counters.Packets = count;
        }
    }
}
