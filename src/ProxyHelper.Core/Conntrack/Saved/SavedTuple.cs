using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>One direction of a saved entry, put together from its words in any order. Nothing may come twice.</summary>
internal struct SavedTuple
{
    private readonly IPProtocol _protocol;
    private TransportEndPoint? _source;
    private TransportEndPoint? _destination;
    private ushort? _sourcePort;
    private ushort? _destinationPort;
    private byte? _icmpType;
    private byte? _icmpCode;
    private ushort? _icmpIdentifier;

    /// <summary>Starts with nothing.</summary>
    public SavedTuple(IPProtocol protocol)
    {
        _protocol = protocol;
    }

    /// <summary>Whether there are ports, or keys.</summary>
    public readonly bool HasPorts => _sourcePort is not null && _destinationPort is not null;

    private readonly bool IsIcmp => _protocol is IPProtocol.Icmp or IPProtocol.IcmpV6;

    /// <summary>Whether a value of this name belongs to the direction. ICMP has an "id", and so has an entry, behind both directions.</summary>
    public readonly bool Takes(ReadOnlySpan<char> name) => name switch
    {
        "src" or "dst" or "sport" or "dport" or "srckey" or "dstkey" => true,
        "type" or "code" => IsIcmp,
        "id" => IsIcmp && _icmpIdentifier is null,
        _ => false,
    };

    /// <summary>Reads a value that it takes.</summary>
    public SavedLineFault Read(ReadOnlySpan<char> name, ReadOnlySpan<char> value) => name switch
    {
        "src" => ReadAddress(ref _source, value),
        "dst" => ReadAddress(ref _destination, value),
        "sport" => Set(ref _sourcePort, NumberText.TryRead(value, out ushort port), port, SavedLineFault.Port),
        "dport" => Set(ref _destinationPort, NumberText.TryRead(value, out ushort port), port, SavedLineFault.Port),
        "srckey" => Set(ref _sourcePort, NumberText.TryReadHex(value, out ushort key), key, SavedLineFault.Key),
        "dstkey" => Set(ref _destinationPort, NumberText.TryReadHex(value, out ushort key), key, SavedLineFault.Key),
        "type" => Set(ref _icmpType, NumberText.TryRead(value, out byte type), type, SavedLineFault.Icmp),
        "code" => Set(ref _icmpCode, NumberText.TryRead(value, out byte code), code, SavedLineFault.Icmp),
        _ => Set(ref _icmpIdentifier, NumberText.TryRead(value, out ushort identifier), identifier, SavedLineFault.Icmp),
    };

    /// <summary>Makes the tuple out of what was read.</summary>
    public readonly SavedLineFault Finish(out ConntrackTuple tuple)
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

        return IsIcmp ? FinishIcmp(source, destination, out tuple) : FinishPorts(source, destination, out tuple);
    }

    private readonly SavedLineFault FinishIcmp(TransportEndPoint source, TransportEndPoint destination, out ConntrackTuple tuple)
    {
        tuple = default;
        if (_icmpType is not { } type || _icmpCode is not { } code || _icmpIdentifier is not { } identifier)
        {
            return SavedLineFault.NoPorts;
        }

        var message = new IcmpMessage(type, code);
        tuple = message.IsRequest
            ? new ConntrackTuple(_protocol, source.WithPort(identifier), destination, message)
            : new ConntrackTuple(_protocol, source, destination.WithPort(identifier), message);
        return SavedLineFault.None;
    }

    // A kernel that does not know a protocol writes none of its ports: that is an entry too, but half of them is a line cut short.
    private readonly SavedLineFault FinishPorts(TransportEndPoint source, TransportEndPoint destination, out ConntrackTuple tuple)
    {
        tuple = new ConntrackTuple(_protocol, source.WithPort(_sourcePort ?? 0), destination.WithPort(_destinationPort ?? 0), Icmp: null);
        bool needsPorts = _protocol is IPProtocol.Tcp or IPProtocol.Udp or IPProtocol.Sctp;
        bool hasAny = _sourcePort is not null || _destinationPort is not null;
        return HasPorts || !(needsPorts || hasAny) ? SavedLineFault.None : SavedLineFault.NoPorts;
    }

    private static SavedLineFault ReadAddress(ref TransportEndPoint? field, ReadOnlySpan<char> value) =>
        Set(ref field, AddressText.TryRead(value, out IPAddress? address), EndOf(address), SavedLineFault.Address);

    // Its bytes as they are: unlike an address that a user gives, one of IPv6 with an IPv4 address in it stays of IPv6.
    private static TransportEndPoint EndOf(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address is not null && address.TryWriteBytes(bytes, out int length) ? TransportEndPoint.FromBytes(bytes[..length], port: 0) : default;
    }

    private static SavedLineFault Set<T>(ref T? field, bool isRead, T value, SavedLineFault otherwise)
        where T : struct
    {
        if (field is not null)
        {
            return SavedLineFault.Repeated;
        }

        field = value;
        return isRead ? SavedLineFault.None : otherwise;
    }
}
