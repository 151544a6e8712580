using System.Globalization;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.Pf;

/// <summary>
/// Collects the values of a state line by line, and then makes the mapping. It serves for all states of a text.
/// </summary>
internal sealed class PfState
{
    private readonly PfTextPool _texts = new();
    private Dictionary<string, string> _details = [];
    private MappingEnds _ends;
    private bool _isOut;
    private string? _routingDomain;
    private string? _state;
    private string? _flags;
    private TimeSpan? _age;
    private TimeSpan? _timeLeft;
    private MappingCounters _counters;
    private string? _id;

    /// <summary>Starts a state with the values of its first line.</summary>
    public void Start(scoped in PfStateLine line, scoped in PfEnds ends)
    {
        _ends = ends.Of(line.Protocol);
        _isOut = ends.IsOut;
        _routingDomain = ends.OriginalDomain == 0 ? null : Text(ends.OriginalDomain);
        _state = _texts.Get(line.State);
        (_flags, _age, _timeLeft, _counters, _id) = (null, null, null, default, null);
        StartDetails(line, ends);
    }

    /// <summary>Makes the mapping.</summary>
    public RouterMapping Make()
    {
        // A floating state belongs to all interfaces, so that only pfctl knows where it was made.
        if (_details["interface"] is not ("all" or "ALL") and var name)
        {
            _details.TryAdd("originalInterface", name);
        }

        if (_flags is not null)
        {
            _details["flags"] = _flags;
        }

        return new RouterMapping(NatSystem.Pf)
        {
            Protocol = _ends.Protocol,
            OriginalSource = _ends.OriginalSource,
            OriginalDestination = _ends.OriginalDestination,
            TranslatedSource = _ends.TranslatedSource,
            TranslatedDestination = _ends.TranslatedDestination,
            State = _state,
            Age = _age,
            TimeLeft = _timeLeft,
            Counters = _counters,
            Part = _isOut ? MappingPart.OutState : MappingPart.InState,
            Direction = _isOut ? MappingDirection.Out : MappingDirection.In,
            RoutingDomain = _routingDomain,
            Id = _id,
            Details = _details,
        };
    }

    /// <summary>Adds the sequence numbers of both ends.</summary>
    public void AddWindows(ReadOnlySpan<char> text) => _details["windows"] = text.ToString();

    /// <summary>Adds the times and the counters.</summary>
    public void AddCounters(TimeSpan age, TimeSpan timeLeft, in MappingCounters counters) =>
        (_age, _timeLeft, _counters) = (age, timeLeft, counters);

    /// <summary>Adds a flag, such as "sloppy", "anchor 4" or "rule 89".</summary>
    public void AddFlag(ReadOnlySpan<char> flag)
    {
        int blank = flag.IndexOf(' ');
        if (blank > 0 && flag[..blank] is "anchor" or "rule" or "tag" or "flowhash")
        {
            _details[_texts.Get(flag[..blank])] = _texts.Get(flag[(blank + 1)..]);
        }
        else
        {
            _flags = _flags is null ? _texts.Get(flag) : $"{_flags}, {flag}";
        }
    }

    /// <summary>Adds the identifier of the state and of the router that made it.</summary>
    public void AddId(ReadOnlySpan<char> id, ReadOnlySpan<char> creator) => _id = $"{id}/{creator}";

    /// <summary>Adds a value after the identifier, such as "route-to" with "203.0.113.49@igb1".</summary>
    public void AddRoute(ReadOnlySpan<char> name, ReadOnlySpan<char> value) =>
        _details[_texts.Get(name)] = _texts.Get(value);

    /// <summary>Adds the interface where the state was made.</summary>
    public void AddOriginalInterface(ReadOnlySpan<char> name) => _details["originalInterface"] = _texts.Get(name);

    private void StartDetails(scoped in PfStateLine line, scoped in PfEnds ends)
    {
        // PowerShell looks names up as they are typed.
        _details = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["interface"] = _texts.Get(line.Interface),
        };
        AddDetail("protocol", line.Protocol is null ? line.ProtocolName : default);
        AddDetail("gateway", line.Gateway);
        AddDetail("scope", line.Hosts.Scope);
        AddDetail("spi", line.Hosts.SecurityIndex);
        if (ends.OriginalDomain != 0 || ends.TranslatedDomain != 0)
        {
            _details["originalRdomain"] = Text(ends.OriginalDomain);
            _details[TwoStates.TranslatedDomain] = Text(ends.TranslatedDomain);
        }

        if (ends.TranslatesFamily)
        {
            _details["afTo"] = "true";
        }

        if (ends.IcmpType is { } type)
        {
            _details["icmpType"] = Text(type);
        }
    }

    private void AddDetail(string name, ReadOnlySpan<char> value)
    {
        if (!value.IsEmpty)
        {
            _details[name] = _texts.Get(value);
        }
    }

    private string Text(ushort number)
    {
        Span<char> digits = stackalloc char[5];
        number.TryFormat(digits, out int length, default, CultureInfo.InvariantCulture);
        return _texts.Get(digits[..length]);
    }
}
