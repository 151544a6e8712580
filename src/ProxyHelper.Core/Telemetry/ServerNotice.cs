namespace ProxyHelper.Telemetry;

/// <summary>Represents a message for an administrator from a running responder or relay.</summary>
/// <param name="At">The time of the event.</param>
/// <param name="Kind">The kind of event.</param>
/// <param name="Message">What happened, and what follows from it.</param>
public sealed record ServerNotice(DateTimeOffset At, NoticeKind Kind, string Message);

/// <summary>Specifies what a <see cref="ServerNotice"/> is about.</summary>
public enum NoticeKind
{
    /// <summary>Queries are not answered, or connections are not relayed, as they should be.</summary>
    Fault,

    /// <summary>A fault that was reported before has ended.</summary>
    Recovery,

    /// <summary>Queries or connections of a sender are refused, as the rules require.</summary>
    Refusal,

    /// <summary>A query was answered. The rules say whether such notices are written.</summary>
    Query,

    /// <summary>A relayed connection has ended. The rules say whether such notices are written.</summary>
    Connection,

    /// <summary>An address appeared on this host, which changes how queries are answered for a while.</summary>
    Appearance,
}
