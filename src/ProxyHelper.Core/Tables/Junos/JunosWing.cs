using ProxyHelper.Addresses;
using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables.Junos;

/// <summary>
/// Collects one direction of a session, which Junos calls a wing: In as its packets enter the router, Out as the
/// replies enter the router.
/// </summary>
internal sealed class JunosWing
{
    private TransportEndPoint? _source;
    private TransportEndPoint? _destination;
    private ushort? _sourcePort;
    private ushort? _destinationPort;

    /// <summary>Gets the source with its port.</summary>
    public TransportEndPoint Source => _source!.Value.WithPort(_sourcePort!.Value);

    /// <summary>Gets the destination with its port.</summary>
    public TransportEndPoint Destination => _destination!.Value.WithPort(_destinationPort!.Value);

    /// <summary>Gets the protocol, or null before it is read.</summary>
    public IPProtocol? Protocol { get; private set; }

    /// <summary>Gets the interface, or null.</summary>
    public string? Interface { get; private set; }

    /// <summary>Gets the VRF, or null.</summary>
    public string? RoutingDomain { get; private set; }

    /// <summary>Gets the packets, or null.</summary>
    public ulong? Packets { get; private set; }

    /// <summary>Gets the bytes, or null.</summary>
    public ulong? Bytes { get; private set; }

    /// <summary>Gets or sets whether the last line of the wing ends with a comma.</summary>
    public bool EndsWithComma { get; set; }

    /// <summary>Gets whether both ends and the protocol are known.</summary>
    public bool IsComplete => _source is not null && _destination is not null && _sourcePort is not null
        && _destinationPort is not null && Protocol is not null;

    /// <summary>Reads both ends and the protocol, such as "10.1.1.1/10943 --> 4.1.1.1/25;tcp".</summary>
    /// <returns>False if the text is anything else.</returns>
    public bool ReadEnds(ReadOnlySpan<char> text)
    {
        const string arrow = " --> ";
        int middle = text.IndexOf(arrow);
        int end = text.LastIndexOf(';');
        return middle > 0 && end > middle
            && ReadEnd(text[..middle], ref _source, ref _sourcePort)
            && ReadEnd(text[(middle + arrow.Length)..end], ref _destination, ref _destinationPort)
            && ReadProtocol(text[(end + 1)..]);
    }

    /// <summary>Reads a value by its name in the text or in XML. Other names are ignored.</summary>
    /// <returns>False if the value is invalid, or if the wing has it already.</returns>
    public bool Read(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case "source-address":
                return ReadAddress(value, ref _source);
            case "destination-address":
                return ReadAddress(value, ref _destination);
            case "source-port":
                return ReadPort(value, ref _sourcePort);
            case "destination-port":
                return ReadPort(value, ref _destinationPort);
            case "protocol":
                return ReadProtocol(value);
            case "If" or "Interface" or "interface-name":
                Interface = value.ToString();
                return true;
            case "VRF" or "vrf" or "vrf-name":
                RoutingDomain = value.ToString();
                return true;
            case "Pkts" or "pkt-cnt":
                Packets = NumberText.TryRead(value, out ulong packets) ? packets : null;
                return Packets is not null;
            case "Bytes" or "byte-cnt":
                Bytes = NumberText.TryRead(value, out ulong bytes) ? bytes : null;
                return Bytes is not null;
            default:
                return true;
        }
    }

    private static bool ReadEnd(ReadOnlySpan<char> text, ref TransportEndPoint? address, ref ushort? port)
    {
        int slash = text.LastIndexOf('/');
        return slash > 0 && ReadAddress(text[..slash], ref address) && ReadPort(text[(slash + 1)..], ref port);
    }

    private static bool ReadAddress(ReadOnlySpan<char> text, ref TransportEndPoint? field)
    {
        bool isNew = field is null;
        bool isAddress = TableAddress.TryRead(text, out TransportEndPoint address);
        field = address;
        return isNew && isAddress;
    }

    private static bool ReadPort(ReadOnlySpan<char> text, ref ushort? field)
    {
        bool isNew = field is null;
        bool isPort = TableAddress.TryReadPort(text, out ushort port);
        field = port;
        return isNew && isPort;
    }

    private bool ReadProtocol(ReadOnlySpan<char> text)
    {
        bool isNew = Protocol is null;
        bool isProtocol = ProtocolText.TryRead(text, out IPProtocol protocol);
        Protocol = protocol;
        return isNew && isProtocol;
    }
}
