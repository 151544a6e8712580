namespace ProxyHelper.Conntrack;

/// <summary>What became of a connection while it was watched.</summary>
public enum ConntrackChangeKind
{
    /// <summary>It was there when the watch began.</summary>
    Present,

    /// <summary>It is new.</summary>
    New,

    /// <summary>Its state, mark or status is another.</summary>
    Updated,

    /// <summary>It has gone.</summary>
    Destroyed,
}

/// <summary>An entry as it is after a change, or as it was last when it has gone.</summary>
public sealed record ConntrackChange : ConntrackEntry
{
    internal ConntrackChange(ConntrackChangeKind change, DateTimeOffset at, ConntrackEntry entry)
        : base(entry)
    {
        Change = change;
        At = at;
    }

    /// <summary>What became of it.</summary>
    public ConntrackChangeKind Change { get; }

    /// <summary>When this was learnt.</summary>
    public DateTimeOffset At { get; }

    /// <summary>The change in words.</summary>
    public override string ToString() => $"{Change}: {base.ToString()}";
}
