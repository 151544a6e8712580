
namespace ProxyHelper.Conntrack.Saved;

/// <summary>Why a line of a saved table is not an entry.</summary>
public enum SavedLineFault : byte
{
    /// <summary>It is one; or it says nothing, as a blank line and the conntrack tool's own summary do.</summary>
    None,

    /// <summary>It does not start with "ipv4 2" or "ipv6 10" where it starts with either name.</summary>
    Family,

    /// <summary>It does not start with a protocol's name and number, after the family.</summary>
    NoProtocol,

    /// <summary>Its protocol's number is not one from 1 to 255.</summary>
    Protocol,

    /// <summary>Its timeout is not a number of seconds.</summary>
    Timeout,

    /// <summary>Its state is none that its protocol has.</summary>
    State,

    /// <summary>It has a word that is neither a value (name=value) nor a mark ([NAME]).</summary>
    Word,

    /// <summary>It has an opening bracket without a closing one.</summary>
    Bracket,

    /// <summary>A direction has no source address, or something of it comes before.</summary>
    NoSource,

    /// <summary>A direction has no destination address.</summary>
    NoDestination,

    /// <summary>A direction lacks a port, a key, or the type, code or identifier of ICMP.</summary>
    NoPorts,

    /// <summary>A direction says the same thing twice, or there are more than two directions.</summary>
    Repeated,

    /// <summary>An address is neither four plain decimal numbers nor an IPv6 address without an interface.</summary>
    Address,

    /// <summary>It has addresses of IPv4 and of IPv6, or others than its first word says.</summary>
    MixedFamilies,

    /// <summary>A port is not a number from 0 to 65535.</summary>
    Port,

    /// <summary>A key of GRE is not a hexadecimal number from 0x0 to 0xffff.</summary>
    Key,

    /// <summary>A type or code of ICMP is not a number from 0 to 255, or an identifier not one from 0 to 65535.</summary>
    Icmp,

    /// <summary>A count of packets or bytes is not a number.</summary>
    Counter,

    /// <summary>The mark is not a number of 32 bits.</summary>
    Mark,

    /// <summary>A zone is not a number from 0 to 65535.</summary>
    Zone,

    /// <summary>The entry's id is not a number of 32 bits.</summary>
    Id,

    /// <summary>The start is not a time such as "Wed Nov 25 16:20:01 2026".</summary>
    Start,
}
