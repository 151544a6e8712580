namespace ProxyHelper.Protocol;

/// <summary>What a helper says over TCP where it has no answer (RFC 1413, section 6.1).</summary>
public enum LineError : byte
{
    /// <summary>Nothing: it has one.</summary>
    None,

    /// <summary>NO-USER: there is no such connection.</summary>
    NoUser,

    /// <summary>INVALID-PORT: that was no query.</summary>
    InvalidPort,

    /// <summary>UNKNOWN-ERROR: it could not look. Any other word is read as this one.</summary>
    UnknownError,
}
