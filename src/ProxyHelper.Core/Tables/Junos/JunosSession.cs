using System.Globalization;
using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables.Junos;

/// <summary>Collects the values of one session, from the text or from XML.</summary>
internal sealed class JunosSession
{
    private const string NotShown = "N/A";

    private readonly Dictionary<string, string> _details = new(StringComparer.OrdinalIgnoreCase);
    private string? _id;
    private string? _state;
    private TimeSpan? _timeout;
    private TimeSpan? _age;
    private bool _isTunnel;

    /// <summary>Gets or sets the wing of the packets that opened the session.</summary>
    public JunosWing? In { get; set; }

    /// <summary>Gets or sets the wing of the replies.</summary>
    public JunosWing? Out { get; set; }

    /// <summary>
    /// Gets whether the session is a tunnel of the router itself: it has one wing, and neither a policy nor a timeout.
    /// </summary>
    public bool IsTunnel => _isTunnel && In is not null && Out is null;

    /// <summary>Adds the node of a cluster that has the session.</summary>
    public void SetNode(string? node)
    {
        if (node is not null)
        {
            _details["Node"] = node;
        }
    }

    /// <summary>Sets the state, which older versions write without a name.</summary>
    public void SetState(ReadOnlySpan<char> state) => _state = state.ToString();

    /// <summary>Reads a value by its name in the text or in XML. Other names are ignored.</summary>
    /// <returns>False if the value is invalid.</returns>
    public bool Read(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case "Session ID" or "session-identifier":
                _id = value.ToString();
                return NumberText.TryRead(value, out ulong _);
            case "Session State" or "sess-state":
                SetState(value);
                return true;
            case "HA State" or "State" or "session-state":
                _details["HaState"] = value.ToString();
                return true;
            case "Policy name" or "Policy" or "policy":
                _details["Policy"] = value.ToString();
                _isTunnel |= value is NotShown;
                return true;
            case "Source NAT pool" or "nat-source-pool-name":
                _details["SourceNatPool"] = value.ToString();
                return true;
            case "Timeout" or "Current timeout" or "timeout":
                _isTunnel |= value is NotShown;
                return value is NotShown or "" || ReadSeconds(value, ref _timeout);
            case "Duration" or "duration":
                return ReadSeconds(value, ref _age);
            default:
                return true;
        }
    }

    /// <summary>Makes the mapping.</summary>
    /// <param name="fault">Receives the reason if the session is not complete.</param>
    /// <returns>The mapping, or null.</returns>
    public RouterMapping? ToMapping(out TableFault? fault)
    {
        fault = In is null || !In.IsComplete ? Incomplete("the session has no line 'In'")
            : Out is null || !Out.IsComplete ? Incomplete("the session has no line 'Out'")
            : _id is null ? Incomplete("the session has no id")
            : !HaveSameForm(In, Out) ? Incomplete("'In' and 'Out' have different values: the session is cut")
            : !AreSame(In.Protocol!.Value, Out.Protocol!.Value) ? new TableFault(
                TableFaultKind.Invalid, "'In' and 'Out' have different protocols")
            : null;
        return fault is null ? MakeMapping(In!, Out!) : null;
    }

    private RouterMapping MakeMapping(JunosWing opened, JunosWing reply)
    {
        bool isIcmp = ProtocolPorts.IsIcmp(reply.Protocol!.Value);
        Add("InInterface", opened.Interface);
        Add("OutInterface", reply.Interface);
        if (isIcmp)
        {
            _details["IcmpPorts"] = string.Create(
                CultureInfo.InvariantCulture,
                $"{opened.Source.Port}, {opened.Destination.Port}, {reply.Destination.Port}, {reply.Source.Port}");
        }

        return new RouterMapping(NatSystem.Junos)
        {
            Protocol = reply.Protocol,
            OriginalSource = opened.Source,
            OriginalDestination = isIcmp ? opened.Destination.WithPort(0) : opened.Destination,
            TranslatedSource = reply.Destination,
            TranslatedDestination = isIcmp ? reply.Source.WithPort(0) : reply.Source,
            State = _state,
            TimeLeft = _timeout,
            Age = _age,
            Counters = new MappingCounters(opened.Packets, opened.Bytes, reply.Packets, reply.Bytes),
            RoutingDomain = opened.RoutingDomain ?? reply.RoutingDomain,
            Id = _id,
            Details = _details,
        };
    }

    private void Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _details[name] = value;
        }
    }

    // A value that is not a number is only a missing value if it is too large for a time.
    private static bool ReadSeconds(ReadOnlySpan<char> value, ref TimeSpan? field)
    {
        bool isNumber = NumberText.TryRead(value, out ulong seconds);
        field = isNumber && seconds <= uint.MaxValue ? TimeSpan.FromSeconds(seconds) : null;
        return isNumber;
    }

    // Both wings of a session have the same form. A difference shows that the second one is cut.
    private static bool HaveSameForm(JunosWing first, JunosWing second) =>
        first.EndsWithComma == second.EndsWithComma
        && first.Packets is null == second.Packets is null
        && first.Bytes is null == second.Bytes is null;

    // NAT64 translates between both kinds of ICMP.
    private static bool AreSame(IPProtocol first, IPProtocol second) =>
        first == second || (ProtocolPorts.IsIcmp(first) && ProtocolPorts.IsIcmp(second));

    private static TableFault Incomplete(string reason) => new(TableFaultKind.Incomplete, reason);
}
