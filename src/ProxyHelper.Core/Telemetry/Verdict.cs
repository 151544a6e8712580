namespace ProxyHelper.Telemetry;

/// <summary>Whether a datagram, or over TCP a connection, is answered, or why it is dropped. Nothing tells its sender which.</summary>
internal enum Verdict : byte
{
    /// <summary>It is answered.</summary>
    Allowed,

    /// <summary>It is no query.</summary>
    Malformed,

    /// <summary>Its sender is none of those that may ask.</summary>
    NotAllowed,

    /// <summary>It asks about a connection that is not its sender's.</summary>
    NotItsOwn,

    /// <summary>It carries another secret than ours.</summary>
    WrongSecret,

    /// <summary>It waited so long in the queue that its answer could reach another query.</summary>
    Late,

    /// <summary>Its sender asks too often.</summary>
    TooOften,

    /// <summary>Over TCP: its line is no query. This alone its sender is told.</summary>
    MalformedLine,

    /// <summary>Over TCP: there are too many connections already, in all or from its sender.</summary>
    TooMany,

    /// <summary>Over TCP: it did not end in time.</summary>
    TooSlow,
}
