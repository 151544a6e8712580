namespace ProxyHelper.Conntrack;

/// <summary>Represents the type and code of an ICMP message in one direction of a conntrack entry.</summary>
/// <param name="Type">The ICMP type, such as 8 for an echo request (128 for IPv6).</param>
/// <param name="Code">The ICMP code.</param>
public readonly record struct IcmpMessage(byte Type, byte Code)
{
    /// <summary>
    /// Gets whether the message is a request. The identifier belongs to the source of a request, and to the destination
    /// of a reply.
    /// </summary>
    public bool IsRequest => Type is 8 or 13 or 15 or 17 or 128 or 139;

    /// <summary>
    /// Gets the reply to this request, or the request of this reply (invmap in the kernel's nf_conntrack_proto_icmp.c
    /// and nf_conntrack_proto_icmpv6.c). Any other message is its own inverse.
    /// </summary>
    public IcmpMessage Inverse => this with
    {
        Type = Type switch
        {
            8 => 0, // echo
            0 => 8,
            13 => 14, // timestamp
            14 => 13,
            15 => 16, // information
            16 => 15,
            17 => 18, // address mask
            18 => 17,
            128 => 129, // echo, IPv6
            129 => 128,
            139 => 140, // node information, IPv6
            140 => 139,
            _ => Type,
        },
    };
}
