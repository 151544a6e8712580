using System.Globalization;
using System.Net;
using CsCheck;
using ProxyHelper.Addresses;
using Xunit;

namespace ProxyHelper.Tests.Addresses;

/// <summary>Tests the strict parsers of numbers, seconds and addresses that all text goes through.</summary>
public sealed class TextParsingTests
{
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("7", 7)]
    [InlineData("007", 7)]
    [InlineData("65535", 65535)]
    public void Digits_are_a_decimal_number(string text, ushort number) =>
        Assert.Equal((true, number), (NumberText.TryRead(text, out ushort read), read));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("65536")]
    [InlineData("18446744073709551616")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("-0")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1\n")]
    [InlineData("1\0")]
    [InlineData("1\0\0")]
    [InlineData("0x10")]
    [InlineData("1e3")]
    [InlineData("1.0")]
    [InlineData("1,000")]
    [InlineData("١")]
    [InlineData("１")]
    public void Any_other_text_is_not_a_number(string text) =>
        Assert.Equal((false, (ushort)0), (NumberText.TryRead(text, out ushort read), read));

    [Theory]
    [InlineData("0x0", 0)]
    [InlineData("0xff", 255)]
    [InlineData("0XfF", 255)]
    [InlineData("0x00ff", 255)]
    public void Hexadecimal_digits_after_0x_are_a_number(string text, byte number) =>
        Assert.Equal((true, number), (NumberText.TryReadHex(text, out byte read), read));

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("ff")]
    [InlineData("0x100")]
    [InlineData("0x-1")]
    [InlineData("0x 1")]
    [InlineData("0x1 ")]
    [InlineData("0xf\0")]
    [InlineData("0xg")]
    [InlineData("0x0x1")]
    public void Any_other_text_is_not_a_hexadecimal_number(string text) =>
        Assert.Equal((false, (byte)0), (NumberText.TryReadHex(text, out byte read), read));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 10_000_000)]
    [InlineData("01", 10_000_000)]
    [InlineData("0.25", 2_500_000)]
    [InlineData(".5", 5_000_000)]
    [InlineData("5.", 50_000_000)]
    [InlineData("0.0000001", 1)]
    [InlineData("0.00000001", 0)]
    [InlineData("60", 600_000_000)]
    [InlineData("60.000000000000000000", 600_000_000)]
    public void A_decimal_number_of_seconds_is_a_time(string text, long ticks) =>
        Assert.Equal((true, ticks), (NumberText.TryReadSeconds(text, _minute, out TimeSpan time), time.Ticks));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("1.2.3")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("-0")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1\0")]
    [InlineData("1s")]
    [InlineData("1e1")]
    [InlineData("0x1")]
    [InlineData("1,5")]
    [InlineData("00:00:01")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("∞")]
    [InlineData("１")]
    [InlineData("60.0000001")]
    [InlineData("61")]
    [InlineData("922337203685.4775808")]
    [InlineData("99999999999999999999999999999999999999999999999999")]
    public void Any_other_text_and_a_longer_time_are_not_seconds(string text) =>
        Assert.Equal((false, TimeSpan.Zero), (NumberText.TryReadSeconds(text, _minute, out TimeSpan time), time));

    [Fact]
    public void The_longest_time_that_exists_is_a_limit_too() =>
        Assert.Equal(
            (true, TimeSpan.MaxValue),
            (NumberText.TryReadSeconds("922337203685.4775807", TimeSpan.MaxValue, out TimeSpan time), time));

    [Theory]
    [InlineData("10.1.1.1")]
    [InlineData("::")]
    [InlineData("2001:db8::1")]
    [InlineData("2001:0DB8:0:0:0:0:0:1")]
    [InlineData("::ffff:10.1.1.1")]
    [InlineData("64:ff9b::10.1.1.1")]
    public void Addresses_are_read_as_the_framework_reads_them(string text)
    {
        Assert.True(AddressText.TryRead(text, out IPAddress? address));
        Assert.Equal(IPAddress.Parse(text), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("0177.0.0.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("fe80::1%eth0")]
    [InlineData("fe80::1%2")]
    [InlineData("[::1]")]
    [InlineData("::1\0")]
    [InlineData(" ::1")]
    [InlineData("::1 ")]
    [InlineData("::1/128")]
    [InlineData(":::")]
    [InlineData("1::2::3")]
    [InlineData("12345::")]
    [InlineData("::ffff:010.1.1.1")]
    [InlineData("::ffff:10.1.1")]
    [InlineData("::10.1.1.1:2")]
    [InlineData("::١")]
    public void Any_other_text_is_not_an_address(string text)
    {
        Assert.False(AddressText.TryRead(text, out IPAddress? address));
        Assert.Null(address);
    }

    [Theory]
    [InlineData("127.0.0.1:9114")]
    [InlineData("0.0.0.0:1")]
    [InlineData("255.255.255.255:65535")]
    public void An_IPv4_address_and_a_port_are_an_end_point(string text)
    {
        Assert.True(AddressText.TryReadIPv4EndPoint(text, out IPEndPoint? endPoint));
        Assert.Equal(IPEndPoint.Parse(text), endPoint);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("9114")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:+9114")]
    [InlineData("127.0.0.1:9114\0")]
    [InlineData("127.0.0.1: 9114")]
    [InlineData(" 127.0.0.1:9114")]
    [InlineData("127.0.0.1:9114 ")]
    [InlineData("127.1:9114")]
    [InlineData("0177.0.0.1:9114")]
    [InlineData(":9114")]
    [InlineData("*:9114")]
    [InlineData("localhost:9114")]
    [InlineData("[::1]:9114")]
    [InlineData("::1:9114")]
    [InlineData("127.0.0.1:9114:1")]
    public void Any_other_text_is_not_an_IPv4_end_point(string text)
    {
        Assert.False(AddressText.TryReadIPv4EndPoint(text, out IPEndPoint? endPoint));
        Assert.Null(endPoint);
    }

    [Fact]
    public void Any_text_is_read_as_the_framework_reads_it_or_is_refused() =>
        Gen.Char["0123456789abcdefx.:%[] \0-+"].Array[0, 20].Sample(
            letters =>
            {
                string text = new(letters);
                return (!AddressText.TryRead(text, out IPAddress? address) || address.Equals(IPAddress.Parse(text)))
                    && (!AddressText.TryReadIPv4EndPoint(text, out IPEndPoint? endPoint)
                        || endPoint.ToString() == Plain(text))
                    && (!NumberText.TryRead(text, out ulong number)
                        || number == ulong.Parse(text, CultureInfo.InvariantCulture))
                    && (!NumberText.TryReadSeconds(text, TimeSpan.MaxValue, out TimeSpan time)
                        || time >= TimeSpan.Zero);
            },
            iter: 100_000);

    private static string Plain(string endPoint) => IPEndPoint.Parse(endPoint).ToString();
}
