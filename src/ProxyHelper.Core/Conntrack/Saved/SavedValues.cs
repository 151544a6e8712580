using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>Reads the values of a saved line (name=value) that do not belong to a tuple.</summary>
internal static class SavedValues
{
    /// <summary>
    /// Reads a value. Unknown values are ignored, and a number in an unknown form is missing. A zone must be right: an
    /// entry without its zone would be another entry.
    /// </summary>
    public static SavedLineFault Read(
        ReadOnlySpan<char> name, ReadOnlySpan<char> value, bool isReply, ref ConntrackEntryValues values)
    {
        switch (name)
        {
            case "packets" or "bytes":
                ulong? count = NumberText.TryRead(value, out ulong number) ? number : null;
                ref DirectionCounters counters = ref isReply ? ref values.ReplyCounters : ref values.OriginalCounters;
                SetCounter(ref counters, name is "bytes", count);
                return SavedLineFault.None;
            case "mark": // some kernels write it as a hexadecimal number
                bool isMark = NumberText.TryRead(value, out uint mark) || NumberText.TryReadHex(value, out mark);
                values.Mark = isMark ? mark : null;
                return SavedLineFault.None;
            case "zone" or "zone-orig" or "zone-reply" or "orig-zone" or "reply-zone":
                bool isZone = NumberText.TryRead(value, out ushort zone);
                values.OriginalZone = name is "zone-reply" or "reply-zone" ? values.OriginalZone : zone;
                values.ReplyZone = name is "zone-orig" or "orig-zone" ? values.ReplyZone : zone;
                return isZone ? SavedLineFault.None : SavedLineFault.Zone;
            case "id":
                values.Id = NumberText.TryRead(value, out uint id) ? id : null;
                return SavedLineFault.None;
            default:
                return SavedLineFault.None;
        }
    }

    private static void SetCounter(ref DirectionCounters counters, bool isBytes, ulong? count)
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
