using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables.MikroTik;

/// <summary>
/// Makes the mapping of one connection of RouterOS from its properties. RouterOS shows the conntrack table of Linux:
/// the ends of the first packet, and the ends of the replies. In the old form, an IPv4 address and its port are one
/// property (192.0.2.1:25). In the new form, and for IPv6, the port is a property of its own.
/// </summary>
internal sealed class RouterOSEntry
{
    private const string AskForDetail =
        "no addresses of replies. Use 'print detail without-paging' without a proplist";

    private readonly NamedValues _values = new(RouterOSKeys.Names, StringComparer.Ordinal);
    private TableFault? _fault;

    private delegate bool ValueReader<T>(ReadOnlySpan<char> text, out T value)
        where T : struct;

    /// <summary>Gets the properties.</summary>
    public NamedValues Values => _values;

    /// <summary>Makes the mapping.</summary>
    /// <param name="fault">The reason why the properties are not a connection, or null.</param>
    /// <returns>The mapping, or null after a fault.</returns>
    public RouterMapping? ToMapping(out TableFault? fault)
    {
        _fault = FindProblem();
        RouterMapping? mapping = _fault is null ? Make() : null;
        fault = _fault;
        return fault is null ? mapping : null;
    }

    /// <summary>Returns why the properties are not those of a connection, or null.</summary>
    private TableFault? FindProblem()
    {
        if (_values.Has(RouterOSKeys.Error))
        {
            string message = $"{_values[RouterOSKeys.ErrorMessage]} {_values[RouterOSKeys.ErrorDetail]}".TrimEnd();
            return Invalid(
                $"the router reports error {FaultWord.Show(_values[RouterOSKeys.Error])}: {FaultWord.Show(message)}");
        }

        bool hasReply = _values.Has(RouterOSKeys.ReplySource) || _values.Has(RouterOSKeys.ReplyDestination);
        return _values.Repeated is { } name ? Invalid($"more than one {name}")
            : _values.Has(RouterOSKeys.Source) && !hasReply ? new TableFault(TableFaultKind.WrongForm, AskForDetail)
            : FirstMissing() is { } missing ? Incomplete($"no {missing}")
            : null;
    }

    private string? FirstMissing()
    {
        ReadOnlySpan<int> required =
        [
            RouterOSKeys.Protocol, RouterOSKeys.Source, RouterOSKeys.Destination,
            RouterOSKeys.ReplySource, RouterOSKeys.ReplyDestination,
        ];
        foreach (int key in required)
        {
            if (_values[key].IsEmpty)
            {
                return RouterOSKeys.Names[key];
            }
        }

        return null;
    }

    private RouterMapping Make()
    {
        if (!RouterOSProtocol.TryRead(_values[RouterOSKeys.Protocol], out IPProtocol protocol))
        {
            _fault ??= Invalid($"not a protocol: {FaultWord.Show(_values[RouterOSKeys.Protocol])}");
        }

        TransportEndPoint source = ReadEnd(RouterOSKeys.Source, protocol);
        TransportEndPoint destination = ReadEnd(RouterOSKeys.Destination, protocol);
        TransportEndPoint replySource = ReadEnd(RouterOSKeys.ReplySource, protocol);
        TransportEndPoint replyDestination = ReadEnd(RouterOSKeys.ReplyDestination, protocol);
        if (source.AddressFamily != destination.AddressFamily || source.AddressFamily != replySource.AddressFamily
            || source.AddressFamily != replyDestination.AddressFamily)
        {
            _fault ??= Invalid("addresses of IPv4 and of IPv6");
        }

        return new RouterMapping(NatSystem.MikroTik)
        {
            Protocol = protocol,
            OriginalSource = source.WithPort(ReadIdentifier(protocol) ?? source.Port),
            OriginalDestination = destination,
            TranslatedSource = replyDestination,
            TranslatedDestination = replySource,
            State = ReadText(RouterOSKeys.State),
            TimeLeft = Read<TimeSpan>(RouterOSKeys.Timeout, RouterOSNumber.TryReadTime),
            Counters = new MappingCounters(
                Read<ulong>(RouterOSKeys.OriginalPackets, RouterOSNumber.TryReadCounter),
                Read<ulong>(RouterOSKeys.OriginalBytes, RouterOSNumber.TryReadCounter),
                Read<ulong>(RouterOSKeys.ReplyPackets, RouterOSNumber.TryReadCounter),
                Read<ulong>(RouterOSKeys.ReplyBytes, RouterOSNumber.TryReadCounter)),
            Id = ReadText(RouterOSKeys.Id),
            Details = RowDetails.Of(_values, RouterOSKeys.Source, RouterOSKeys.FirstDetail),
        };
    }

    /// <summary>Reads an address and its port.</summary>
    private TransportEndPoint ReadEnd(int key, IPProtocol protocol)
    {
        ReadOnlySpan<char> address = _values[key];
        ReadOnlySpan<char> port = _values[key + 1];
        int colon = address.IndexOf(':');
        bool hasPortInside = colon >= 0 && colon == address.LastIndexOf(':');
        if (hasPortInside)
        {
            _fault ??= port.IsEmpty
                ? null
                : Invalid($"a port in {RouterOSKeys.Names[key]} and in {RouterOSKeys.Names[key + 1]}");
            port = address[(colon + 1)..];
            address = address[..colon];
        }

        if (!TableAddress.TryRead(address, out TransportEndPoint end))
        {
            _fault ??= Invalid($"not an address: {FaultWord.Show(address)}");
        }

        bool hasPort = hasPortInside || !port.IsEmpty;
        ushort number = 0;
        if (hasPort && !TableAddress.TryReadPort(port, out number))
        {
            _fault ??= Invalid($"not a port: {FaultWord.Show(port)}");
        }

        if (!hasPort && ProtocolPorts.HasPorts(protocol))
        {
            _fault ??= Incomplete($"no port of {RouterOSKeys.Names[key]}");
        }

        return end.WithPort(number);
    }

    /// <summary>Reads the identifier of ICMP. RouterOS does not show the translated identifier.</summary>
    private ushort? ReadIdentifier(IPProtocol protocol) =>
        ProtocolPorts.IsIcmp(protocol) ? Read<ushort>(RouterOSKeys.IcmpId, TableAddress.TryReadPort) : null;

    private string? ReadText(int key) => _values[key].IsEmpty ? null : _values[key].ToString();

    /// <summary>Reads a value that can be missing.</summary>
    private T? Read<T>(int key, ValueReader<T> reader)
        where T : struct
    {
        ReadOnlySpan<char> text = _values[key];
        if (text.IsEmpty)
        {
            return null;
        }

        if (!reader(text, out T value))
        {
            _fault ??= Invalid($"not a value of {RouterOSKeys.Names[key]}: {FaultWord.Show(text)}");
        }

        return value;
    }

    private static TableFault Invalid(string reason) => new(TableFaultKind.Invalid, reason);

    private static TableFault Incomplete(string reason) => new(TableFaultKind.Incomplete, reason);
}
