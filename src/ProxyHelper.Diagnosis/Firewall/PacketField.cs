namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Specifies a field of a packet that a condition can read.</summary>
internal enum PacketField
{
    /// <summary>A field that the checks do not understand, so that a condition about it is never certain.</summary>
    Unclear,

    /// <summary>The incoming or outgoing interface. The checks do not know which interface is right.</summary>
    Device,

    /// <summary>The address family: AF_INET or AF_INET6.</summary>
    Family,

    /// <summary>The number of the protocol above IP.</summary>
    Protocol,

    /// <summary>The IPv4 source address.</summary>
    SourceAddress,

    /// <summary>The IPv4 destination address.</summary>
    DestinationAddress,

    /// <summary>The source port.</summary>
    SourcePort,

    /// <summary>The destination port.</summary>
    DestinationPort,

    /// <summary>The destination port of the connection before NAT.</summary>
    OriginalDestinationPort,

    /// <summary>1 for the loopback interface, 0 for any other interface.</summary>
    Loopback,

    /// <summary>1 if the destination is an address of this host.</summary>
    DestinationIsLocal,

    /// <summary>1 if DNAT translated the destination of the connection.</summary>
    DestinationIsTranslated,

    /// <summary>1 if conntrack sees the first packet of a connection.</summary>
    IsNew,
}
