using System.Net.Sockets;
using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>Collects the values of one direction of a flow in XML.</summary>
internal sealed class FlowDirection
{
    private SavedTuple _tuple;
    private AddressFamily? _family;
    private bool _hasProtocol;

    /// <summary>Gets whether the direction has both ports, both keys, or an ICMP message.</summary>
    public bool HasPorts => _tuple.HasPorts;

    /// <summary>Returns whether a value of this name belongs to the direction.</summary>
    public bool HasName(string name) => _tuple.HasName(name);

    /// <summary>Reads a value whose name belongs to the direction.</summary>
    public SavedLineFault Read(string name, string value) => _tuple.Read(name, value);

    /// <summary>Reads the address family from its number in Linux.</summary>
    public SavedLineFault ReadFamily(string number)
    {
        _family = number switch
        {
            "2" => AddressFamily.InterNetwork,
            "10" => AddressFamily.InterNetworkV6,
            _ => null,
        };
        return _family is null ? SavedLineFault.Family : SavedLineFault.None;
    }

    /// <summary>Reads the number of the protocol. The name can be "unknown".</summary>
    public SavedLineFault ReadProtocol(string number)
    {
        bool isNumber = NumberText.TryRead(number, out byte protocol);
        SavedLineFault fault = !isNumber ? SavedLineFault.Protocol
            : _hasProtocol ? SavedLineFault.Repeated
            : SavedLineFault.None;
        _tuple.Protocol = (IPProtocol)protocol;
        _hasProtocol = true;
        return fault;
    }

    /// <summary>Makes the tuple from the values.</summary>
    /// <returns>The fault if a value is missing.</returns>
    public SavedLineFault MakeTuple(out ConntrackTuple tuple)
    {
        SavedLineFault fault = _tuple.MakeTuple(out tuple);
        return fault != SavedLineFault.None ? fault
            : !_hasProtocol ? SavedLineFault.NoProtocol
            : _family is not null && _family != tuple.AddressFamily ? SavedLineFault.MixedFamilies
            : SavedLineFault.None;
    }
}
