namespace ProxyHelper.Protocol;

/// <summary>Why a datagram is not a reply to a query.</summary>
public enum ReplyFault : byte
{
    /// <summary>It is one.</summary>
    None,

    /// <summary>It is not exactly 66 bytes long.</summary>
    Length,

    /// <summary>It does not start with "RPHD".</summary>
    Magic,

    /// <summary>Its cookie is another query's.</summary>
    Cookie,

    /// <summary>Its version is not 0x0402.</summary>
    Version,

    /// <summary>Its flags say neither found nor not found.</summary>
    Flags,

    /// <summary>It did not come from the address and port that were asked.</summary>
    Sender,
}
