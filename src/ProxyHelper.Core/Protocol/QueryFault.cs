namespace ProxyHelper.Protocol;

/// <summary>Specifies the reason a datagram is not a query.</summary>
public enum QueryFault : byte
{
    /// <summary>The datagram is a query.</summary>
    None,

    /// <summary>The datagram is not exactly 66 bytes long.</summary>
    Length,

    /// <summary>The datagram does not start with "RPHD".</summary>
    Magic,

    /// <summary>The version is not 0x0402.</summary>
    Version,

    /// <summary>
    /// The flags are not those of a query. For this reason, two helpers never reply to each other's replies.
    /// </summary>
    Flags,
}
