using CsCheck;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Protocol;

namespace ProxyHelper.Tests;

/// <summary>Generates values for property tests.</summary>
internal static class Generators
{
    // Half of the bytes are 0, because the text of an address with many zeros is shorter.
    private static readonly Gen<byte> _byte = Gen.OneOf(Gen.Const((byte)0), Gen.Byte);

    /// <summary>Gets IPv4 end points.</summary>
    public static Gen<TransportEndPoint> IPv4EndPoint { get; } = EndPoint(4);

    /// <summary>Gets IPv6 end points.</summary>
    public static Gen<TransportEndPoint> IPv6EndPoint { get; } = EndPoint(16);

    /// <summary>Gets queries.</summary>
    public static Gen<Query> Query { get; } = Gen.Select(
        Gen.UInt, Gen.UInt, IPv4EndPoint, IPv4EndPoint, (cookie, secret, source, destination) => new Query(
            cookie, secret, source, destination));

    /// <summary>Gets tuples of protocols with ports and of ICMP messages, in both families.</summary>
    public static Gen<ConntrackTuple> Tuple { get; } = Gen.OneOf(
        WithPorts(IPv4EndPoint),
        WithPorts(IPv6EndPoint),
        Icmp(IPv4EndPoint, IPProtocol.Icmp, 0, 8, 13, 14),
        Icmp(IPv6EndPoint, IPProtocol.IcmpV6, 128, 129));

    private static Gen<TransportEndPoint> EndPoint(int addressSize) =>
        Gen.Select(_byte.Array[addressSize], Gen.UShort, (address, port) => TransportEndPoint.FromBytes(address, port));

    private static Gen<ConntrackTuple> WithPorts(Gen<TransportEndPoint> end) => Gen.Select(
        Gen.OneOf(IPProtocol.Tcp, IPProtocol.Udp, IPProtocol.Sctp, IPProtocol.UdpLite),
        end,
        end,
        (protocol, source, destination) => new ConntrackTuple(protocol, source, destination));

    private static Gen<ConntrackTuple> Icmp(Gen<TransportEndPoint> end, IPProtocol protocol, params byte[] types) =>
        Gen.Select(
            Gen.OneOf(types),
            end,
            end,
            (type, source, destination) => Icmp(protocol, new IcmpMessage(type, 0), source, destination));

    // The identifier is the port of the asking end; the other end has port 0.
    private static ConntrackTuple Icmp(
        IPProtocol protocol, IcmpMessage message, TransportEndPoint source, TransportEndPoint destination)
    {
        TransportEndPoint WithoutPort(TransportEndPoint end) => new(end.IPAddress, 0);
        return message.IsRequest
            ? new ConntrackTuple(protocol, source, WithoutPort(destination), message)
            : new ConntrackTuple(protocol, WithoutPort(source), destination, message);
    }
}
