using System.Text;
using CsCheck;
using ProxyHelper.Addresses;
using ProxyHelper.Relay;
using Xunit;

namespace ProxyHelper.Tests.Relay;

/// <summary>Tests the header of the PROXY protocol, byte by byte.</summary>
public sealed class ProxyHeaderTests
{
    private static readonly TransportEndPoint _source = TransportEndPoint.Parse("10.1.1.1:10943");
    private static readonly TransportEndPoint _destination = TransportEndPoint.Parse("4.1.1.1:80");

    [Fact]
    public void Version_2_has_both_ends_and_the_number_of_the_connection() => Assert.Equal(
        [
            .. Bytes.Of("0D0A0D0A 000D0A51 5549540A 21 11 001F 0A010101 04010101 2ABF 0050 05 0010"),
            .. "00c0ffee0000002a"u8,
        ],
        Write(ProxyProtocol.V2, _source, _destination, 0x00C0FFEE_0000002A));

    [Fact]
    public void Version_1_is_a_line() => Assert.Equal(
        "PROXY TCP4 10.1.1.1 4.1.1.1 10943 80\r\n",
        Encoding.ASCII.GetString(Write(ProxyProtocol.V1, _source, _destination)));

    [Fact]
    public void The_longest_line_fits() => Assert.Equal(
        "PROXY TCP4 255.255.255.254 255.255.255.253 65535 65534\r\n",
        Encoding.ASCII.GetString(Write(
            ProxyProtocol.V1,
            TransportEndPoint.Parse("255.255.255.254:65535"),
            TransportEndPoint.Parse("255.255.255.253:65534"))));

    [Fact]
    public void No_header_has_no_bytes() => Assert.Empty(Write(ProxyProtocol.None, _source, _destination));

    [Fact]
    public void Every_header_is_read_back() =>
        Gen.Select(Generators.IPv4EndPoint, Generators.IPv4EndPoint).Sample((source, destination) =>
        {
            string[] words = Encoding.ASCII.GetString(Write(ProxyProtocol.V1, source, destination)).Split(' ');
            Assert.Equal(6, words.Length);
            Assert.Equal(
                (source, destination),
                (TransportEndPoint.Parse($"{words[2]}:{words[4]}"), TransportEndPoint.Parse($"{words[3]}:{words[5]}")));

            byte[] binary = Write(ProxyProtocol.V2, source, destination);
            TransportEndPoint End(int address, int port) =>
                TransportEndPoint.FromBytes(
                    binary.AsSpan(address, 4), (ushort)((binary[port] << 8) | binary[port + 1]));
            Assert.Equal((source, destination), (End(16, 24), End(20, 26)));
            Assert.Equal(binary.Length - 16, (binary[14] << 8) | binary[15]);
        });

    private static byte[] Write(
        ProxyProtocol protocol, TransportEndPoint source, TransportEndPoint destination, ulong id = 0)
    {
        byte[] header = new byte[ProxyHeader.MaxLength];
        return header[..ProxyHeader.Write(header, protocol, source, destination, id)];
    }
}
