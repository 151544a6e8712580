namespace ProxyHelper.Conntrack;

/// <summary>The values of a saved line (name=value) that are no addresses or ports.</summary>
internal static class SavedValues
{
    /// <summary>Reads a value into an entry. Unknown ones are passed over.</summary>
    public static SavedLineFault Read(ReadOnlySpan<char> name, ReadOnlySpan<char> value, bool isReply, ConntrackEntry entry)
    {
        switch (name)
        {
            case "packets":
                return ReadPackets(value, isReply, entry);
            case "bytes":
                return ReadBytes(value, isReply, entry);
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

    private static SavedLineFault ReadPackets(ReadOnlySpan<char> value, bool isReply, ConntrackEntry entry)
    {
        bool isNumber = NumberText.TryRead(value, out ulong packets);
        if (isReply)
        {
            entry.ReplyPackets = packets;
        }
        else
        {
            entry.OriginalPackets = packets;
        }

        return isNumber ? SavedLineFault.None : SavedLineFault.Counter;
    }

    private static SavedLineFault ReadBytes(ReadOnlySpan<char> value, bool isReply, ConntrackEntry entry)
    {
        bool isNumber = NumberText.TryRead(value, out ulong bytes);
        if (isReply)
        {
            entry.ReplyBytes = bytes;
        }
        else
        {
            entry.OriginalBytes = bytes;
        }

        return isNumber ? SavedLineFault.None : SavedLineFault.Counter;
    }
}
