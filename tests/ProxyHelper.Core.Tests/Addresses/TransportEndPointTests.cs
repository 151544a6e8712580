using System.Net;
using System.Text;
using ProxyHelper.Addresses;
using Xunit;

namespace ProxyHelper.Tests.Addresses;

public sealed class TransportEndPointTests
{
    [Theory]
    [InlineData("194.0.1.1:20119", "194.0.1.1", 20119, "194.0.1.1:20119")]
    [InlineData("0.0.0.0:0", "0.0.0.0", 0, "0.0.0.0:0")]
    [InlineData("255.255.255.255:65535", "255.255.255.255", 65535, "255.255.255.255:65535")]
    [InlineData(" 194.0.1.1:25 ", "194.0.1.1", 25, "194.0.1.1:25")]
    [InlineData("194.0.1.1:0025", "194.0.1.1", 25, "194.0.1.1:25")]
    [InlineData("[2001:db8::1]:25", "2001:db8::1", 25, "[2001:db8::1]:25")]
    [InlineData("[2001:0DB8:0::0001]:25", "2001:db8::1", 25, "[2001:db8::1]:25")]
    [InlineData("[::]:0", "::", 0, "[::]:0")]
    [InlineData(
        "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        65535,
        "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535")]
    [InlineData("[::ffff:10.1.1.1]:5", "10.1.1.1", 5, "10.1.1.1:5")]
    public void An_address_and_a_port_are_read_and_written(string text, string address, int port, string written)
    {
        TransportEndPoint endPoint = TransportEndPoint.Parse(text);

        Assert.Equal((IPAddress.Parse(address), (ushort)port), (endPoint.IPAddress, endPoint.Port));
        Assert.Equal(written, endPoint.ToString());
        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), port), endPoint.ToIPEndPoint());
        Assert.Equal(IPAddress.Parse(address).AddressFamily, endPoint.AddressFamily);
        Assert.Equal(endPoint, TransportEndPoint.Parse(written));
        Span<byte> utf8 = stackalloc byte[64];
        Assert.True(endPoint.TryFormat(utf8, out int length, default, null));
        Assert.Equal(written, Encoding.ASCII.GetString(utf8[..length]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(":")]
    [InlineData(":25")]
    [InlineData("25")]
    [InlineData("194.0.1.1")]
    [InlineData("194.0.1.1:")]
    [InlineData("194.0.1.1: 25")]
    [InlineData("194.0.1.1 :25")]
    [InlineData("194.0.1.1:25:26")]
    [InlineData("194.0.1.1:+25")]
    [InlineData("194.0.1.1:0x19")]
    [InlineData("194.0.1.1:25\0")]
    [InlineData("1.2.3.4:65536")]
    [InlineData("1.2.3.4:-1")]
    [InlineData("1.2.3.4.5:25")]
    [InlineData("1.2.3.256:25")]
    [InlineData("10.1:5")]
    [InlineData("1:5")]
    [InlineData("010.1.1.1:5")]
    [InlineData("0x0a.1.1.1:5")]
    [InlineData("mail.example:25")]
    [InlineData("2001:db8::1:25")]
    [InlineData("[2001:db8::1]")]
    [InlineData("[2001:db8::1]25")]
    [InlineData("[2001:db8::1:25")]
    [InlineData("2001:db8::1]:25")]
    [InlineData("[2001:db8::1/64]:25")]
    [InlineData("[[2001:db8::1]]:25")]
    [InlineData("[ 2001:db8::1]:25")]
    [InlineData("[1.2.3.4]:5")]
    [InlineData("[fe80::1%eth0]:5")]
    [InlineData("[fe80::1%2]:5")]
    [InlineData("[]:5")]
    [InlineData("[:5")]
    [InlineData("::5")]
    public void Any_other_text_is_refused_with_examples(string? text)
    {
        Assert.False(TransportEndPoint.TryParse(text, out TransportEndPoint endPoint));
        Assert.Equal(default, endPoint);
        Assert.Contains(
            "[2001:db8::1]:25",
            Assert.Throws<FormatException>(() => TransportEndPoint.Parse(text!)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void End_points_sort_by_family_then_address_then_port()
    {
        string[] sorted =
        [
            "9.1.1.1:80", "10.1.1.1:25", "10.1.1.1:443", "200.0.0.1:1", "[::]:9", "[::1]:1", "[2001:db8::1]:5",
            "[ff02::1]:1",
        ];
        TransportEndPoint[] endPoints = [.. sorted.Reverse().Select(TransportEndPoint.Parse)];
        Array.Sort(endPoints);
        Assert.Equal(sorted, endPoints.Select(endPoint => endPoint.ToString()));
        Array.Reverse(endPoints);
        // Through IComparable, like Sort-Object.
        Assert.Equal(sorted, endPoints.Cast<object>().Order().Select(endPoint => endPoint.ToString()));
    }

    [Fact]
    public void Comparison_and_equality_agree()
    {
        TransportEndPoint low = TransportEndPoint.Parse("10.1.1.1:25"), high = TransportEndPoint.Parse("10.1.1.1:26");
        TransportEndPoint same = TransportEndPoint.Parse("10.1.1.1:25");
        Assert.True(low == same && low <= same && low >= same && low.Equals((object)same)
            && low.GetHashCode() == same.GetHashCode());
        Assert.True(low != high && low < high && high > low && !low.Equals(null));
        // The same number in both families.
        Assert.NotEqual(TransportEndPoint.Parse("0.0.0.1:5"), TransportEndPoint.Parse("[::1]:5"));
        Assert.Equal(1, ((IComparable)low).CompareTo(null));
        Assert.Throws<ArgumentException>(() => ((IComparable)low).CompareTo("10.1.1.1:25"));
    }

    [Theory]
    [InlineData("194.0.1.1:20119")]
    [InlineData("0.0.0.0:0")]
    [InlineData("[2001:db8::1]:25")]
    public void Text_that_does_not_fit_is_refused_and_the_buffer_is_not_overrun(string text)
    {
        TransportEndPoint endPoint = TransportEndPoint.Parse(text);
        int needed = Enumerable.Range(0, 64).First(size => endPoint.TryFormat(new byte[size], out _, default, null));
        byte[] utf8 = new byte[needed];
        Assert.All(
            Enumerable.Range(0, needed),
            size => Assert.False(endPoint.TryFormat(new byte[size], out _, default, null)));
        Assert.True(endPoint.TryFormat(utf8, out int written, default, null));
        Assert.Equal(text, Encoding.ASCII.GetString(utf8[..written]));
    }
}
