namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>What a rule may look at.</summary>
internal enum PacketField
{
    /// <summary>Something that is not understood here, so that nobody can say whether it fits.</summary>
    Unclear,

    /// <summary>The device that a packet comes or goes by: which one the rule means is the administrator's business.</summary>
    Device,

    /// <summary>AF_INET or AF_INET6.</summary>
    Family,

    /// <summary>The number of the protocol above IP.</summary>
    Protocol,

    /// <summary>The IPv4 source.</summary>
    SourceAddress,

    /// <summary>The IPv4 destination.</summary>
    DestinationAddress,

    /// <summary>The source port.</summary>
    SourcePort,

    /// <summary>The destination port.</summary>
    DestinationPort,

    /// <summary>The port that the connection was opened to, before NAT.</summary>
    OriginalDestinationPort,

    /// <summary>1 for the loopback device, 0 for any other.</summary>
    Loopback,

    /// <summary>1 when the destination is an address of this host.</summary>
    DestinationIsLocal,

    /// <summary>1 when DNAT has given the connection its destination.</summary>
    DestinationIsTranslated,

    /// <summary>1 when conntrack sees the first packet of a connection.</summary>
    IsNew,
}
