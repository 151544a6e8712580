using ProxyHelper.Addresses;

namespace ProxyHelper.Tests.Tables.Pf;

/// <summary>Represents a state of pf, with all values that pfctl can print.</summary>
internal sealed record PrintedState
{
    /// <summary>Gets the interface of the state, or "all" for a floating state.</summary>
    public required string Interface { get; init; }

    /// <summary>Gets the name or the number of the protocol.</summary>
    public required string Protocol { get; init; }

    /// <summary>Gets a value indicating whether the state was made for packets that leave the router.</summary>
    public required bool IsOut { get; init; }

    public required TransportEndPoint OriginalSource { get; init; }

    public required TransportEndPoint OriginalDestination { get; init; }

    public required TransportEndPoint TranslatedSource { get; init; }

    public required TransportEndPoint TranslatedDestination { get; init; }

    /// <summary>Gets the number that pf keeps as the destination port of ICMP.</summary>
    public ushort IcmpNumber { get; init; }

    /// <summary>Gets the words after the hosts, such as ESTABLISHED:CLOSED.</summary>
    public required string State { get; init; }

    public int OriginalRdomain { get; init; }

    public int TranslatedRdomain { get; init; }

    public string? Gateway { get; init; }

    public string Sequences { get; init; } = "[1 + 2]  [3 + 4]";

    public int Age { get; init; }

    public int Expires { get; init; }

    public ulong OriginalPackets { get; init; }

    public ulong ReplyPackets { get; init; }

    public ulong OriginalBytes { get; init; }

    public ulong ReplyBytes { get; init; }

    /// <summary>Gets the text after the counters, such as ", rule 4, sloppy".</summary>
    public string Flags { get; init; } = string.Empty;

    public ulong Id { get; init; }

    public uint CreatorId { get; init; }

    /// <summary>Gets the text after the id, such as " rtable: 0".</summary>
    public string Route { get; init; } = string.Empty;

    /// <summary>Gets the interface where the state was made, if pfctl prints one.</summary>
    public string? OriginalInterface { get; init; }

    public bool IsIcmp => Protocol is "icmp" or "ipv6-icmp";

    public bool TranslatesFamily => OriginalSource.AddressFamily != TranslatedSource.AddressFamily;
}
