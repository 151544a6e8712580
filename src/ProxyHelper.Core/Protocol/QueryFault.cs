namespace ProxyHelper.Protocol;

/// <summary>Why a datagram is not a query.</summary>
public enum QueryFault : byte
{
    /// <summary>It is one.</summary>
    None,

    /// <summary>It is not exactly 66 bytes long.</summary>
    Length,

    /// <summary>It does not start with "RPHD".</summary>
    Magic,

    /// <summary>Its version is not 0x0402.</summary>
    Version,

    /// <summary>Its flags are not those of a query; so a reply sent back here is never answered.</summary>
    Flags,
}
