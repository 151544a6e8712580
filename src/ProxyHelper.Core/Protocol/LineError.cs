namespace ProxyHelper.Protocol;

/// <summary>Specifies the error in a helper's reply over TCP (RFC 1413, section 6.1).</summary>
public enum LineError : byte
{
    /// <summary>There is no error: the reply says found.</summary>
    None,

    /// <summary>NO-USER: the connection was not found.</summary>
    NoUser,

    /// <summary>INVALID-PORT: the line was not a query.</summary>
    InvalidPort,

    /// <summary>UNKNOWN-ERROR: the look-up failed. Any other word is read as this error.</summary>
    UnknownError,
}
