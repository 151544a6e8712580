namespace ProxyHelper.Conntrack;

/// <summary>Specifies what happened to an entry during a watch, or in a saved text of events.</summary>
public enum ConntrackChangeKind
{
    /// <summary>The entry existed when the watch began.</summary>
    Present,

    /// <summary>The entry is new.</summary>
    New,

    /// <summary>The state, the mark or the status of the entry changed.</summary>
    Updated,

    /// <summary>The entry is gone.</summary>
    Destroyed,
}

/// <summary>Represents an entry after a change. If the entry is gone, these are its last known values.</summary>
public sealed record ConntrackChange : ConntrackEntry
{
    internal ConntrackChange(ConntrackChangeKind change, DateTimeOffset? at, ConntrackEntry entry)
        : base(entry)
    {
        Change = change;
        At = at;
    }

    /// <summary>Gets what happened to the entry.</summary>
    public ConntrackChangeKind Change { get; }

    /// <summary>
    /// Gets the time at which the watch learned of the change. For a change in a saved text, this is the time in the
    /// text, or null if the text has no times.
    /// </summary>
    public DateTimeOffset? At { get; }

    /// <summary>Returns the change and the mapping as text.</summary>
    public override string ToString() => $"{Change}: {base.ToString()}";
}

/// <summary>Specifies how a wait for a change ended.</summary>
public enum WatchOutcome
{
    /// <summary>The time is over, and nothing changed.</summary>
    TimedOut,

    /// <summary>An entry changed.</summary>
    Changed,

    /// <summary>
    /// The kernel lost events because they were not read in time. The table is listed again, and the missed changes are
    /// reported. Only entries that were made and removed in the meantime stay unknown. This outcome is returned once
    /// until the listing is complete.
    /// </summary>
    EventsLost,
}
