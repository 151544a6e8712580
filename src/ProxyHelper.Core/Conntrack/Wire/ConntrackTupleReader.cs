using ProxyHelper.Addresses;
using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>Reads a tuple out of CTA_TUPLE_ORIG or CTA_TUPLE_REPLY. Order is not promised by the kernel, and unknown attributes are passed over.</summary>
internal ref struct ConntrackTupleReader
{
    private ReadOnlySpan<byte> _source;
    private ReadOnlySpan<byte> _destination;
    private ushort _sourcePort;
    private ushort _destinationPort;
    private ushort _icmpIdentifier;
    private byte _icmpType;
    private byte _icmpCode;
    private bool _isIcmp;
    private bool _isFaulted;
    private IPProtocol _protocol;

    /// <summary>The zone of this direction, where it has one of its own.</summary>
    public ushort? Zone { get; private set; }

    /// <summary>Reads a tuple.</summary>
    /// <param name="attributes">What is inside the tuple attribute.</param>
    /// <param name="tuple">The tuple.</param>
    /// <returns>False when something is malformed, or an address or the protocol is missing.</returns>
    public bool TryRead(NetlinkAttributes attributes, out ConntrackTuple tuple)
    {
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case CtAttribute.TupleIP:
                    ReadAddresses(attributes.Children);
                    break;
                case CtAttribute.TupleProtocol:
                    ReadProtocol(attributes.Children);
                    break;
                case CtAttribute.TupleZone:
                    Zone = attributes.ReadUInt16();
                    break;
            }
        }

        tuple = default;
        if (_isFaulted || attributes.IsFaulted || _source.IsEmpty || _source.Length != _destination.Length || _protocol == IPProtocol.None)
        {
            return false;
        }

        tuple = _isIcmp ? IcmpTuple() : new ConntrackTuple(_protocol, EndPoint(_source, _sourcePort), EndPoint(_destination, _destinationPort), null);
        return true;
    }

    private static TransportEndPoint EndPoint(ReadOnlySpan<byte> address, ushort port) => TransportEndPoint.FromBytes(address, port);

    private readonly ConntrackTuple IcmpTuple()
    {
        var message = new IcmpMessage(_icmpType, _icmpCode);
        ushort sourcePort = message.IsRequest ? _icmpIdentifier : (ushort)0;
        ushort destinationPort = message.IsRequest ? (ushort)0 : _icmpIdentifier;
        return new ConntrackTuple(_protocol, EndPoint(_source, sourcePort), EndPoint(_destination, destinationPort), message);
    }

    private void ReadAddresses(NetlinkAttributes attributes)
    {
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case CtAttribute.IPv4Source:
                    _source = attributes.ReadBytes(4);
                    break;
                case CtAttribute.IPv4Destination:
                    _destination = attributes.ReadBytes(4);
                    break;
                case CtAttribute.IPv6Source:
                    _source = attributes.ReadBytes(16);
                    break;
                case CtAttribute.IPv6Destination:
                    _destination = attributes.ReadBytes(16);
                    break;
            }
        }

        _isFaulted |= attributes.IsFaulted;
    }

    private void ReadProtocol(NetlinkAttributes attributes)
    {
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case CtAttribute.ProtocolNumber:
                    _protocol = (IPProtocol)attributes.ReadByte();
                    break;
                case CtAttribute.SourcePort:
                    _sourcePort = attributes.ReadUInt16();
                    break;
                case CtAttribute.DestinationPort:
                    _destinationPort = attributes.ReadUInt16();
                    break;
                case CtAttribute.IcmpIdentifier or CtAttribute.IcmpV6Identifier:
                    _icmpIdentifier = attributes.ReadUInt16();
                    break;
                case CtAttribute.IcmpType or CtAttribute.IcmpV6Type:
                    _icmpType = attributes.ReadByte();
                    _isIcmp = true;
                    break;
                case CtAttribute.IcmpCode or CtAttribute.IcmpV6Code:
                    _icmpCode = attributes.ReadByte();
                    break;
            }
        }

        _isFaulted |= attributes.IsFaulted;
    }
}
