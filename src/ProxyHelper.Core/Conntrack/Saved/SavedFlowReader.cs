using System.Xml;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack.Wire;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>
/// Reads one element "flow" of "conntrack -o xml", up to the first fault. Unknown elements are ignored, and a number in
/// an unknown form is a missing value.
/// </summary>
internal sealed class SavedFlowReader
{
    private ConntrackEntryValues _values = new() { Status = ConntrackStatus.SeenReply }; // until <unreplied/>
    private FlowDirection? _original;
    private FlowDirection? _reply;
    private FlowDirection? _direction; // the current one, or null between the directions
    private FlowTime _time;
    private string? _state;

    /// <summary>Gets the change that the flow reports, or null for an entry of a table.</summary>
    public ConntrackChangeKind? Change { get; private set; }

    /// <summary>Gets the time of the event, or null if the flow has none.</summary>
    public DateTimeOffset? At => _time.ToTime(TimeZoneInfo.Local);

    /// <summary>Gets the first fault.</summary>
    public SavedLineFault Fault { get; private set; }

    /// <summary>Gets the faulty value. It is empty if a value is missing.</summary>
    public string FaultWord { get; private set; } = string.Empty;

    /// <summary>Gets whether the fault is in the reply direction.</summary>
    public bool IsReply { get; private set; }

    /// <summary>Reads the flow.</summary>
    /// <param name="flow">A reader before the start of the element.</param>
    /// <param name="values">Receives the values of the entry. After a fault, the values are incomplete.</param>
    /// <returns>False if the flow has a fault.</returns>
    /// <exception cref="XmlException">Thrown when the text is not XML.</exception>
    public bool TryRead(XmlReader flow, out ConntrackEntryValues values)
    {
        string name = string.Empty;
        while (Fault == SavedLineFault.None && flow.Read())
        {
            switch (flow.NodeType)
            {
                case XmlNodeType.Element:
                    name = flow.LocalName;
                    Fault = StartElement(flow);
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    FaultWord = flow.Value;
                    Fault = ReadValue(name, flow.Value);
                    break;
                case XmlNodeType.EndElement:
                    name = string.Empty;
                    _direction = flow.LocalName == "meta" ? null : _direction;
                    break;
            }
        }

        if (Fault == SavedLineFault.None)
        {
            FaultWord = string.Empty;
            Fault = Finish();
        }

        values = _values;
        return Fault == SavedLineFault.None;
    }

    private SavedLineFault StartElement(XmlReader flow)
    {
        switch (flow.LocalName)
        {
            case "flow":
                Change = flow.GetAttribute("type") switch
                {
                    "new" => ConntrackChangeKind.New,
                    "update" => ConntrackChangeKind.Updated,
                    "destroy" => ConntrackChangeKind.Destroyed,
                    _ => null,
                };
                return SavedLineFault.None;
            case "meta":
                return StartMeta(flow.GetAttribute("direction"));
            case "layer3" when _direction is not null:
                FaultWord = flow.GetAttribute("protonum") ?? string.Empty;
                return _direction.ReadFamily(FaultWord);
            case "layer4" when _direction is not null:
                FaultWord = flow.GetAttribute("protonum") ?? string.Empty;
                return _direction.ReadProtocol(FaultWord);
            case "assured":
                _values.Status |= ConntrackStatus.Assured;
                return SavedLineFault.None;
            case "unreplied":
                _values.Status &= ~ConntrackStatus.SeenReply;
                return SavedLineFault.None;
            default:
                return SavedLineFault.None;
        }
    }

    private SavedLineFault StartMeta(string? direction)
    {
        FaultWord = direction ?? string.Empty;
        bool isRepeated = (direction == "original" && _original is not null)
            || (direction == "reply" && _reply is not null);
        _direction = direction switch
        {
            "original" => _original = new FlowDirection(),
            "reply" => _reply = new FlowDirection(),
            _ => null,
        };
        IsReply = _direction is not null && _direction == _reply;
        return isRepeated ? SavedLineFault.Repeated : SavedLineFault.None;
    }

    private SavedLineFault ReadValue(string name, string value)
    {
        if (_direction is not null && _direction.HasName(name))
        {
            return _direction.Read(name, value);
        }

        switch (name)
        {
            case "zone":
                string zone = _direction is null ? "zone" : IsReply ? "reply-zone" : "orig-zone";
                return SavedValues.Read(zone, value, IsReply, ref _values);
            case "packets" or "bytes" or "mark" or "id":
                return SavedValues.Read(name, value, IsReply, ref _values);
            case "state":
                _state = value;
                break;
            case "timeout":
                _values.Timeout = NumberText.TryRead(value, out uint seconds) ? TimeSpan.FromSeconds(seconds) : null;
                break;
            case "start":
                _values.StartedAt = UnixTimeText.ReadNanoseconds(value);
                break;
            default:
                _time.Read(name, value);
                break;
        }

        return SavedLineFault.None;
    }

    private SavedLineFault Finish()
    {
        IsReply = false;
        if (_original is null)
        {
            return SavedLineFault.NoSource;
        }

        SavedLineFault fault = _original.MakeTuple(out _values.Original);
        if (fault != SavedLineFault.None)
        {
            return fault;
        }

        IsReply = true;
        fault = _reply is null ? SavedLineFault.NoSource : _reply.MakeTuple(out _values.Reply);
        if (fault != SavedLineFault.None)
        {
            return fault;
        }

        ConntrackTuple original = _values.Original, reply = _values.Reply;
        if (original.AddressFamily != reply.AddressFamily)
        {
            return SavedLineFault.MixedFamilies;
        }

        // The tool writes the states of all protocols with the names of TCP's states.
        _values.State = _state is null ? null : KernelStates.ForProtocol(original.Protocol)?.FromNameOfTcp(_state);
        return original.Protocol != reply.Protocol ? SavedLineFault.Protocol
            : _original.HasPorts != _reply!.HasPorts ? SavedLineFault.NoPorts
            : SavedLineFault.None;
    }
}
