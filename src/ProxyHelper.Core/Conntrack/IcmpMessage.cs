namespace ProxyHelper.Conntrack;

/// <summary>The ICMP message that started a conntrack entry, or that answers it.</summary>
/// <param name="Type">The ICMP type, such as 8 for an echo request (128 in IPv6).</param>
/// <param name="Code">The ICMP code.</param>
public readonly record struct IcmpMessage(byte Type, byte Code)
{
    /// <summary>Whether it asks; what answers it has the identifier at its destination's end.</summary>
    public bool IsRequest => Type is 8 or 13 or 15 or 17 or 128 or 139;

    /// <summary>
    /// What answers this message, or what it answers (the pairs of invmap in the kernel's nf_conntrack_proto_icmp.c and
    /// nf_conntrack_proto_icmpv6.c). Any other type stands for itself.
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
