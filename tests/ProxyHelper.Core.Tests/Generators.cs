using CsCheck;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Protocol;

namespace ProxyHelper.Tests;

/// <summary>Values for tests of properties.</summary>
internal static class Generators
{
    // Addresses with many zeros are written shorter, so half of the bytes are 0.
    private static readonly Gen<byte> _byte = Gen.OneOf(Gen.Const((byte)0), Gen.Byte);

    /// <summary>An IPv4 address and a port.</summary>
    public static Gen<TransportEndPoint> IPv4EndPoint { get; } = EndPoint(4);

    /// <summary>An IPv6 address and a port.</summary>
    public static Gen<TransportEndPoint> IPv6EndPoint { get; } = EndPoint(16);

    /// <summary>A query.</summary>
    public static Gen<Query> Query { get; } = Gen.Select(
        Gen.UInt, Gen.UInt, IPv4EndPoint, IPv4EndPoint, (cookie, secret, source, destination) => new Query(cookie, secret, source, destination));

    /// <summary>A TCP or UDP tuple, or an ICMP message's, of either family, as the kernel has them.</summary>
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

    private static Gen<ConntrackTuple> Icmp(Gen<TransportEndPoint> end, IPProtocol protocol, params byte[] types) => Gen.Select(
        Gen.OneOf(types),
        end,
        end,
        (type, source, destination) => Icmp(protocol, new IcmpMessage(type, 0), source, destination));

    // The identifier stands as the port of the end that asked; the other end has none.
    private static ConntrackTuple Icmp(IPProtocol protocol, IcmpMessage message, TransportEndPoint source, TransportEndPoint destination)
    {
        TransportEndPoint WithoutPort(TransportEndPoint end) => new(end.IPAddress, 0);
        return message.IsRequest
            ? new ConntrackTuple(protocol, source, WithoutPort(destination), message)
            : new ConntrackTuple(protocol, WithoutPort(source), destination, message);
    }
}
