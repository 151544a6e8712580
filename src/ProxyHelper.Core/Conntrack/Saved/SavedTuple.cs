using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>
/// Collects the values of one direction of a saved entry. The values can have any order, but no value can appear twice.
/// </summary>
internal struct SavedTuple
{
    private TransportEndPoint? _source;
    private TransportEndPoint? _destination;
    private ushort? _sourcePort;
    private ushort? _destinationPort;
    private byte? _icmpType;
    private byte? _icmpCode;
    private ushort? _icmpIdentifier;

    /// <summary>Initializes a direction without values.</summary>
    public SavedTuple(IPProtocol protocol)
    {
        Protocol = protocol;
    }

    /// <summary>Gets or sets the protocol, which some forms of a table name after the addresses.</summary>
    public IPProtocol Protocol { readonly get; set; }

    /// <summary>Gets whether the direction has both ports, both keys, or an ICMP message.</summary>
    public readonly bool HasPorts => IsIcmp ? _icmpType is not null
        : _sourcePort is not null && _destinationPort is not null;

    private readonly bool HasAnyOfIcmp =>
        _icmpType is not null || _icmpCode is not null || _icmpIdentifier is not null;

    private readonly bool IsIcmp => Protocol is IPProtocol.Icmp or IPProtocol.IcmpV6;

    /// <summary>
    /// Returns whether a value of this name belongs to the direction. ICMP has an "id" after the type in each
    /// direction, and the entry has another "id" after both directions.
    /// </summary>
    public readonly bool HasName(ReadOnlySpan<char> name) => name switch
    {
        "src" or "dst" or "sport" or "dport" or "srckey" or "dstkey" => true,
        "type" or "code" => IsIcmp,
        "id" => _icmpType is not null && _icmpIdentifier is null,
        _ => false,
    };

    /// <summary>Reads a value whose name belongs to the direction.</summary>
    public SavedLineFault Read(ReadOnlySpan<char> name, ReadOnlySpan<char> value) => name switch
    {
        "src" => ReadAddress(ref _source, value),
        "dst" => ReadAddress(ref _destination, value),
        "sport" => ReadPort(ref _sourcePort, value, SavedLineFault.Port),
        "dport" => ReadPort(ref _destinationPort, value, SavedLineFault.Port),
        "srckey" => ReadKey(ref _sourcePort, value),
        "dstkey" => ReadKey(ref _destinationPort, value),
        "type" => ReadByte(ref _icmpType, value),
        "code" => ReadByte(ref _icmpCode, value),
        _ => ReadPort(ref _icmpIdentifier, value, SavedLineFault.Icmp),
    };

    /// <summary>Makes the tuple from the values.</summary>
    /// <returns>The fault if a value is missing.</returns>
    public readonly SavedLineFault MakeTuple(out ConntrackTuple tuple)
    {
        tuple = default;
        if (_source is not { } source)
        {
            return SavedLineFault.NoSource;
        }

        if (_destination is not { } destination)
        {
            return SavedLineFault.NoDestination;
        }

        if (source.AddressFamily != destination.AddressFamily)
        {
            return SavedLineFault.MixedFamilies;
        }

        return IsIcmp && HasAnyOfIcmp
            ? MakeIcmp(source, destination, out tuple)
            : MakeWithPorts(source, destination, out tuple);
    }

    private readonly SavedLineFault MakeIcmp(
        TransportEndPoint source, TransportEndPoint destination, out ConntrackTuple tuple)
    {
        tuple = default;
        if (_icmpType is not { } type || _icmpCode is not { } code || _icmpIdentifier is not { } identifier)
        {
            return SavedLineFault.NoPorts;
        }

        tuple = ConntrackTuple.FromIcmp(Protocol, source, destination, new IcmpMessage(type, code), identifier);
        return SavedLineFault.None;
    }

    // A kernel that does not know a protocol writes no ports, and such a line is complete. A line with only one port
    // was cut short.
    private readonly SavedLineFault MakeWithPorts(
        TransportEndPoint source, TransportEndPoint destination, out ConntrackTuple tuple)
    {
        source = source.WithPort(_sourcePort ?? 0);
        destination = destination.WithPort(_destinationPort ?? 0);
        tuple = new ConntrackTuple(Protocol, source, destination, Icmp: null);
        bool needsPorts = Protocol is IPProtocol.Tcp or IPProtocol.Udp or IPProtocol.Sctp;
        bool hasPort = _sourcePort is not null || _destinationPort is not null;
        return HasPorts || !(needsPorts || hasPort) ? SavedLineFault.None : SavedLineFault.NoPorts;
    }

    private static SavedLineFault ReadAddress(ref TransportEndPoint? field, ReadOnlySpan<char> value)
    {
        if (IPv4Address.TryParse(value, out IPv4Address plain))
        {
            return Set(ref field, isValid: true, new TransportEndPoint(plain, port: 0), SavedLineFault.Address);
        }

        bool isAddress = AddressText.TryRead(value, out IPAddress? address);
        return Set(ref field, isAddress, isAddress ? EndPointOf(address!) : default, SavedLineFault.Address);
    }

    // An IPv6 address that contains an IPv4 address stays IPv6, unlike an address that a user enters.
    private static TransportEndPoint EndPointOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return TransportEndPoint.FromBytes(bytes[..length], port: 0);
    }

    private static SavedLineFault ReadPort(ref ushort? field, ReadOnlySpan<char> value, SavedLineFault fault) =>
        Set(ref field, NumberText.TryRead(value, out ushort port), port, fault);

    private static SavedLineFault ReadKey(ref ushort? field, ReadOnlySpan<char> value) =>
        Set(ref field, NumberText.TryReadHex(value, out ushort key), key, SavedLineFault.Key);

    private static SavedLineFault ReadByte(ref byte? field, ReadOnlySpan<char> value) =>
        Set(ref field, NumberText.TryRead(value, out byte number), number, SavedLineFault.Icmp);

    private static SavedLineFault Set<T>(ref T? field, bool isValid, T value, SavedLineFault fault)
        where T : struct
    {
        if (field is not null)
        {
            return SavedLineFault.Repeated;
        }

        field = value;
        return isValid ? SavedLineFault.None : fault;
    }
}
