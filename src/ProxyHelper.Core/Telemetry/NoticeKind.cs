namespace ProxyHelper.Telemetry;

/// <summary>What a <see cref="ResponderNotice"/> is about.</summary>
public enum NoticeKind
{
    /// <summary>Queries are not answered as they should be.</summary>
    Fault,

    /// <summary>A fault that was told before is over.</summary>
    Recovery,

    /// <summary>Somebody's datagrams are dropped, as they should be.</summary>
    Refusal,

    /// <summary>A query was answered; written only if the rules ask for it.</summary>
    Query,
}
