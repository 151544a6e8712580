namespace ProxyHelper.Telemetry;

/// <summary>What is counted; <see cref="ResponderCounts"/> says what each means.</summary>
internal enum Counter
{
    Queries,
    Found,
    NotFound,
    FailedLookups,
    Malformed,
    NotAllowed,
    NotItsOwn,
    WrongSecret,
    Late,
    TooOften,
    QueueDrops,
    ConnectionDrops,
    ConnectionTimeouts,
    UnsentReplies,
    ReceiveErrors,
    TableReopenings,
}
