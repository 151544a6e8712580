namespace ProxyHelper.PowerShell;

/// <summary>Specifies connections by which of their ends the router translates.</summary>
public enum NatSelection
{
    /// <summary>Connections with NAT of any type.</summary>
    Any,

    /// <summary>Connections without NAT.</summary>
    None,

    /// <summary>Connections of which only the source is translated.</summary>
    Source,

    /// <summary>Connections of which only the destination is translated.</summary>
    Destination,

    /// <summary>Connections of which both ends are translated.</summary>
    Both,
}
