using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>The values of a saved line (name=value) that are no addresses or ports.</summary>
internal static class SavedValues
{
    /// <summary>Reads a value into an entry. Unknown ones are passed over.</summary>
    public static SavedLineFault Read(ReadOnlySpan<char> name, ReadOnlySpan<char> value, bool isReply, ConntrackEntry entry)
    {
        switch (name)
        {
            case "packets" or "bytes":
                bool isCount = NumberText.TryRead(value, out ulong count);
                SetCounter(name is "bytes", isReply, count, entry);
                return isCount ? SavedLineFault.None : SavedLineFault.Counter;
            case "mark":
                bool isMark = NumberText.TryRead(value, out uint mark);
                entry.Mark = mark;
                return isMark ? SavedLineFault.None : SavedLineFault.Mark;
            case "zone" or "zone-orig" or "zone-reply": // one that holds for a direction only is the entry's, as in a listing
                bool isZone = NumberText.TryRead(value, out ushort zone);
                entry.Zone = zone;
                return isZone ? SavedLineFault.None : SavedLineFault.Zone;
            case "id":
                bool isId = NumberText.TryRead(value, out uint id);
                entry.Id = id;
                return isId ? SavedLineFault.None : SavedLineFault.Id;
            default:
                return SavedLineFault.None;
        }
    }

    private static void SetCounter(bool isBytes, bool isReply, ulong count, ConntrackEntry entry)
    {
        switch (isBytes, isReply)
        {
            case (false, false):
                entry.OriginalPackets = count;
                break;
            case (false, true):
                entry.ReplyPackets = count;
                break;
            case (true, false):
                entry.OriginalBytes = count;
                break;
            case (true, true):
                entry.ReplyBytes = count;
                break;
        }
    }
}
