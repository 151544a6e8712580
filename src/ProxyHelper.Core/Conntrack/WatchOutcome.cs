namespace ProxyHelper.Conntrack;

/// <summary>What came of waiting for a change.</summary>
public enum WatchOutcome
{
    /// <summary>The time is over.</summary>
    NothingHappened,

    /// <summary>Something changed.</summary>
    Changed,

    /// <summary>
    /// The kernel lost events, as they were not read in time. The table is listed now, and what was missed is told; only what came and
    /// went meanwhile is not known. This is said once until the listing is complete.
    /// </summary>
    EventsLost,
}
