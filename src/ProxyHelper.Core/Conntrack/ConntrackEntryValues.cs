namespace ProxyHelper.Conntrack;

/// <summary>
/// The values of a <see cref="ConntrackEntry"/> while a message or a line is read. A reader sets what it finds, in any
/// order, and then makes the entry once.
/// </summary>
internal record struct ConntrackEntryValues
{
    /// <summary>See <see cref="ConntrackEntry.Original"/>.</summary>
    public ConntrackTuple Original;

    /// <summary>See <see cref="ConntrackEntry.Reply"/>.</summary>
    public ConntrackTuple Reply;

    /// <summary>See <see cref="ConntrackEntry.State"/>.</summary>
    public ConnectionState? State;

    /// <summary>See <see cref="ConntrackEntry.Timeout"/>.</summary>
    public TimeSpan? Timeout;

    /// <summary>See <see cref="ConntrackEntry.Status"/>.</summary>
    public ConntrackStatus Status;

    /// <summary>See <see cref="ConntrackEntry.Mark"/>.</summary>
    public uint? Mark;

    /// <summary>See <see cref="ConntrackEntry.OriginalZone"/>.</summary>
    public ushort OriginalZone;

    /// <summary>See <see cref="ConntrackEntry.ReplyZone"/>.</summary>
    public ushort ReplyZone;

    /// <summary>See <see cref="ConntrackEntry.Id"/>.</summary>
    public uint? Id;

    /// <summary>
    /// See <see cref="ConntrackEntry.OriginalPackets"/> and <see cref="ConntrackEntry.OriginalBytes"/>.
    /// </summary>
    public DirectionCounters OriginalCounters;

    /// <summary>See <see cref="ConntrackEntry.ReplyPackets"/> and <see cref="ConntrackEntry.ReplyBytes"/>.</summary>
    public DirectionCounters ReplyCounters;

    /// <summary>See <see cref="ConntrackEntry.StartedAt"/>.</summary>
    public DateTimeOffset? StartedAt;

    /// <summary>Returns these values, with those that are missing taken from earlier ones.</summary>
    public readonly ConntrackEntryValues FillMissingFrom(in ConntrackEntryValues earlier) => this with
    {
        State = State ?? earlier.State,
        Timeout = Timeout ?? earlier.Timeout,
        Mark = Mark ?? earlier.Mark,
        OriginalCounters = OriginalCounters.FillMissingFrom(earlier.OriginalCounters),
        ReplyCounters = ReplyCounters.FillMissingFrom(earlier.ReplyCounters),
        StartedAt = StartedAt ?? earlier.StartedAt,
    };
}

/// <summary>The packets and bytes of one direction, or null if the kernel does not count them.</summary>
internal record struct DirectionCounters(ulong? Packets, ulong? Bytes)
{
    /// <summary>Returns these counters, with those that are missing taken from earlier ones.</summary>
    public readonly DirectionCounters FillMissingFrom(in DirectionCounters earlier) =>
        new(Packets ?? earlier.Packets, Bytes ?? earlier.Bytes);
}
