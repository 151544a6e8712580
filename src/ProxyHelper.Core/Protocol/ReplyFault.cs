namespace ProxyHelper.Protocol;

/// <summary>Why a datagram, or over TCP a line, is not a reply to a query.</summary>
public enum ReplyFault : byte
{
    /// <summary>It is one.</summary>
    None,

    /// <summary>It is not exactly 66 bytes long; over TCP, longer than 1,023.</summary>
    Length,

    /// <summary>It does not start with "RPHD".</summary>
    Magic,

    /// <summary>Its cookie is another query's.</summary>
    Cookie,

    /// <summary>Its version is not 0x0402.</summary>
    Version,

    /// <summary>Its flags say neither found nor not found.</summary>
    Flags,

    /// <summary>Over TCP: it is not a line of the form of an answer.</summary>
    Form,

    /// <summary>Over TCP: its ports are another query's.</summary>
    Port,

    /// <summary>It did not come from the address and port that were asked.</summary>
    Sender,
}
