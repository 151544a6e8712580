using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables.Windows;

/// <summary>
/// Makes the mapping of one session of Get-NetNatSession (MSFT_NetNatSession) from its properties. The internal ends
/// are the original ones, and the external ends are the translated ones.
/// </summary>
internal sealed class WindowsSession
{
    /// <summary>The ends. The key of a port is the key of its address plus 1.</summary>
    public const int InternalSource = 1, InternalDestination = 3, ExternalSource = 5, ExternalDestination = 7;

    private const int Protocol = 0, RoutingDomain = 9, FirstDetail = 10;

    private static readonly string[] _names =
    [
        "Protocol", "InternalSourceAddress", "InternalSourcePort", "InternalDestinationAddress",
        "InternalDestinationPort", "ExternalSourceAddress", "ExternalSourcePort", "ExternalDestinationAddress",
        "ExternalDestinationPort", "InternalRoutingDomainId", "NatName", "CreationTime",
    ];

    private readonly NamedValues _values = new(_names, StringComparer.OrdinalIgnoreCase);
    private TableFault? _fault;

    /// <summary>Gets the properties.</summary>
    public NamedValues Values => _values;

    /// <summary>Returns whether a text contains the name of a property that no other system has.</summary>
    public static bool HasName(ReadOnlySpan<char> text) =>
        text.Contains("InternalSource", StringComparison.OrdinalIgnoreCase)
        || text.Contains("InternalDestination", StringComparison.OrdinalIgnoreCase)
        || text.Contains("InternalRoutingDomainId", StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns whether a key is the protocol, an end of the connection or a part of an end.</summary>
    public static bool IsEnd(int key) => key is >= Protocol and < RoutingDomain;

    /// <summary>Makes the mapping.</summary>
    /// <param name="fault">The reason why the properties are not a session, or null.</param>
    /// <returns>The mapping, or null after a fault.</returns>
    public RouterMapping? ToMapping(out TableFault? fault)
    {
        _fault = _values.Repeated is { } name ? Invalid($"more than one {name}") : null;
        RouterMapping mapping = Make();
        fault = _fault;
        return fault is null ? mapping : null;
    }

    private RouterMapping Make()
    {
        if (ReadRequired(Protocol) is var text && !ProtocolText.TryRead(text, out IPProtocol protocol))
        {
            _fault ??= Invalid($"not a protocol: {FaultWord.Show(text)}");
        }

        TransportEndPoint source = ReadEnd(InternalSource);
        TransportEndPoint destination = ReadEnd(InternalDestination);
        TransportEndPoint externalSource = ReadEnd(ExternalSource);
        TransportEndPoint externalDestination = ReadEnd(ExternalDestination);
        if (source.AddressFamily != destination.AddressFamily
            || externalSource.AddressFamily != externalDestination.AddressFamily)
        {
            _fault ??= Invalid("addresses of IPv4 and of IPv6");
        }

        // For ICMP, both ports seem to be the identifier, which belongs to the source.
        bool isIcmp = ProtocolPorts.IsIcmp(protocol);
        return new RouterMapping(NatSystem.Windows)
        {
            Protocol = protocol,
            OriginalSource = source,
            OriginalDestination = isIcmp ? destination.WithPort(0) : destination,
            TranslatedSource = externalSource,
            TranslatedDestination = isIcmp ? externalDestination.WithPort(0) : externalDestination,
            RoutingDomain = ReadRoutingDomain(),
            Details = RowDetails.Of(_values, InternalSource, FirstDetail),
        };
    }

    private ReadOnlySpan<char> ReadRequired(int key)
    {
        ReadOnlySpan<char> text = _values[key].Trim();
        if (text.IsEmpty)
        {
            _fault ??= new TableFault(TableFaultKind.Incomplete, $"no value of {_names[key]}");
        }

        return text;
    }

    private TransportEndPoint ReadEnd(int key)
    {
        ReadOnlySpan<char> address = ReadRequired(key);
        ReadOnlySpan<char> port = ReadRequired(key + 1);
        if (!TableAddress.TryRead(address, out TransportEndPoint end))
        {
            _fault ??= Invalid($"not an address: {FaultWord.Show(address)}");
        }

        if (!TableAddress.TryReadPort(port, out ushort number))
        {
            _fault ??= Invalid($"not a port: {FaultWord.Show(port)}");
        }

        return end.WithPort(number);
    }

    // Of a NAT without routing domains, the id has only zeros.
    private string? ReadRoutingDomain()
    {
        ReadOnlySpan<char> text = _values[RoutingDomain].Trim();
        return text.ContainsAnyExcept("{}-0") ? text.ToString() : null;
    }

    private static TableFault Invalid(string reason) => new(TableFaultKind.Invalid, reason);
}
