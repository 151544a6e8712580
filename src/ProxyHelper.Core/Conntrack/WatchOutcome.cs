namespace ProxyHelper.Conntrack;

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
