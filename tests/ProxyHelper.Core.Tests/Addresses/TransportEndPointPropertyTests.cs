using System.Net;
using System.Text;
using CsCheck;
using ProxyHelper.Addresses;
using Xunit;

namespace ProxyHelper.Tests.Addresses;

public sealed class TransportEndPointPropertyTests
{
    private static readonly Gen<TransportEndPoint> _endPoint = Gen.OneOf(
        Generators.IPv4EndPoint, Generators.IPv6EndPoint)
        .Where(endPoint => !endPoint.IPAddress.IsIPv4MappedToIPv6); // such an address becomes an IPv4 address

    [Fact]
    public void Any_end_point_survives_its_text() => _endPoint.Sample(
        endPoint => TransportEndPoint.TryParse(endPoint.ToString(), out TransportEndPoint read) && read == endPoint,
        iter: 20_000);

    [Fact]
    public void Any_end_point_survives_its_bytes() => _endPoint.Sample(
        endPoint =>
        {
            byte[] address = new byte[16];
            int length = endPoint.WriteAddress(address);
            return TransportEndPoint.FromBytes(address.AsSpan(0, length), endPoint.Port) == endPoint
                && endPoint.IPAddress.GetAddressBytes().AsSpan().SequenceEqual(address.AsSpan(0, length));
        },
        iter: 20_000);

    [Fact]
    public void Any_end_point_survives_System_Net() => _endPoint.Sample(
        endPoint =>
        {
            IPEndPoint same = endPoint.ToIPEndPoint();
            return new TransportEndPoint(same.Address, (ushort)same.Port) == endPoint
                && IPEndPoint.Parse(endPoint.ToString()).Equals(same);
        },
        iter: 20_000);

    [Fact]
    public void The_string_and_the_bytes_of_an_end_point_are_the_same_text() => _endPoint.Sample(
        endPoint =>
        {
            byte[] utf8 = new byte[64];
            return endPoint.TryFormat(utf8, out int length, default, null)
                && Encoding.ASCII.GetString(utf8, 0, length) == endPoint.ToString();
        },
        iter: 20_000);

    [Fact]
    public void A_mapped_IPv4_address_becomes_the_IPv4_address() => Generators.IPv4EndPoint.Sample(
        endPoint => new TransportEndPoint(endPoint.IPAddress.MapToIPv6(), endPoint.Port) == endPoint
            && TransportEndPoint.Parse($"[{endPoint.IPAddress.MapToIPv6()}]:{endPoint.Port}") == endPoint,
        iter: 20_000);

    [Fact]
    public void The_order_is_total_and_agrees_with_equality() => Gen.Select(_endPoint, _endPoint, _endPoint).Sample(
        (a, b, c) => Math.Sign(a.CompareTo(b)) == -Math.Sign(b.CompareTo(a))
            && (a.CompareTo(b) == 0) == (a == b)
            && (a > b || b > c || a <= c),
        iter: 20_000);
}
