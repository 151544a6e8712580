namespace ProxyHelper.Conntrack;

/// <summary>
/// Specifies for which entries the kernel sends events (net.netfilter.nf_conntrack_events of a network namespace).
/// </summary>
public enum ConntrackEventMode
{
    /// <summary>The setting cannot be read. The kernel may be built without events.</summary>
    Unknown,

    /// <summary>0: the kernel sends no events.</summary>
    None,

    /// <summary>1: the kernel sends events for all entries that are made while the setting is 1.</summary>
    All,

    /// <summary>
    /// 2, the default: the kernel sends events for entries that are made while a program listens. It sends none for
    /// older entries.
    /// </summary>
    WhileListening,
}
