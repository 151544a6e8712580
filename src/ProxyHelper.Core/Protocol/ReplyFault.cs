namespace ProxyHelper.Protocol;

/// <summary>Specifies the reason a datagram, or over TCP a line, is not a reply to a query.</summary>
public enum ReplyFault : byte
{
    /// <summary>The datagram or line is the reply.</summary>
    None,

    /// <summary>The datagram is not exactly 66 bytes long. Over TCP, the line is longer than 1,023 bytes.</summary>
    Length,

    /// <summary>The datagram does not start with "RPHD".</summary>
    Magic,

    /// <summary>The cookie belongs to another query.</summary>
    Cookie,

    /// <summary>The version is not 0x0402.</summary>
    Version,

    /// <summary>The flags say neither found nor not found.</summary>
    Flags,

    /// <summary>Over TCP: the line does not have the form of a reply.</summary>
    Form,

    /// <summary>Over TCP: the ports belong to another query.</summary>
    Port,

    /// <summary>The sender is not the address and port that the query was sent to.</summary>
    Sender,
}
