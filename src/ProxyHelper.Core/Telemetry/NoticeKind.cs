namespace ProxyHelper.Telemetry;

/// <summary>Specifies what a <see cref="ResponderNotice"/> is about.</summary>
public enum NoticeKind
{
    /// <summary>Queries are not answered as they should be.</summary>
    Fault,

    /// <summary>A fault that was reported before has ended.</summary>
    Recovery,

    /// <summary>Queries or connections of a sender are refused, as the rules require.</summary>
    Refusal,

    /// <summary>A query was answered. The rules say whether such notices are written.</summary>
    Query,
}
