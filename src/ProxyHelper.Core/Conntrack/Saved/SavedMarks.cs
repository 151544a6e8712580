namespace ProxyHelper.Conntrack.Saved;

/// <summary>The marks of a saved line, in brackets. Each stands for status bits; the start of the connection is written so as well.</summary>
internal static class SavedMarks
{
    private const string StartName = "[start=";

    /// <summary>Reads a mark with its brackets into an entry. Unknown ones are passed over.</summary>
    public static SavedLineFault Read(ReadOnlySpan<char> mark, ConntrackEntry entry)
    {
        switch (mark)
        {
            case "[UNREPLIED]":
                entry.Status &= ~ConntrackStatus.SeenReply;
                break;
            case "[ASSURED]":
                entry.Status |= ConntrackStatus.Assured;
                break;
            case "[OFFLOAD]": // written in place of [ASSURED]
                entry.Status |= ConntrackStatus.Offload;
                break;
            case "[HW_OFFLOAD]": // written in place of both: a card handles only what a flow table does
                entry.Status |= ConntrackStatus.Offload | ConntrackStatus.HardwareOffload;
                break;
            case var start when start.StartsWith(StartName, StringComparison.Ordinal):
                return ReadStart(start[StartName.Length..^1], entry);
        }

        return SavedLineFault.None;
    }

    private static SavedLineFault ReadStart(ReadOnlySpan<char> text, ConntrackEntry entry)
    {
        if (!LocalTimeText.TryRead(text, TimeZoneInfo.Local, out DateTimeOffset time))
        {
            return SavedLineFault.Start;
        }

        entry.StartedAt = time;
        return SavedLineFault.None;
    }
}
