using System.Globalization;
using System.Net;
using System.Text;
using CsCheck;
using ProxyHelper.Addresses;
using Xunit;

namespace ProxyHelper.Tests.Addresses;

public sealed class IPv4AddressTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("1")]
    [InlineData("10.1.1")]
    [InlineData("10.1.1.")]
    [InlineData(".10.1.1")]
    [InlineData("10..1.1")]
    [InlineData("10.1.1.1.1")]
    [InlineData("10.1.1.1.")]
    [InlineData("10.1.1.256")]
    [InlineData("10.1.1.4294967297")]
    [InlineData("010.1.1.1")]
    [InlineData("10.1.1.01")]
    [InlineData("10.1.1.00")]
    [InlineData("0177.0.0.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("+10.1.1.1")]
    [InlineData("10.1.1.-1")]
    [InlineData(" 10.1.1.1")]
    [InlineData("10.1.1.1 ")]
    [InlineData("10.1. 1.1")]
    [InlineData("10.1.1.1\0")]
    [InlineData("10.1.1.1\n")]
    [InlineData("١٠.1.1.1")]
    [InlineData("10.1.1.1:25")]
    [InlineData("10.1.1.1/32")]
    [InlineData("::ffff:10.1.1.1")]
    [InlineData("::")]
    public void Text_that_is_not_four_plain_numbers_is_refused(string text)
    {
        Assert.False(IPv4Address.TryParse(text, out IPv4Address address));
        Assert.Equal(IPv4Address.Any, address);
        FormatException failure = Assert.Throws<FormatException>(() => IPv4Address.Parse(text));
        Assert.Equal($"'{text}' is not an IPv4 address. Write an address such as 194.0.1.1.", failure.Message);
    }

    [Fact]
    public void An_address_survives_all_its_forms_and_agrees_with_the_framework() => Gen.Byte.Array[4].Sample(
        bytes =>
        {
            var address = IPv4Address.FromBytes(bytes);
            var framework = new IPAddress(bytes);
            byte[] written = new byte[4];
            return address.TryWriteBytes(written) && written.AsSpan().SequenceEqual(bytes)
                && address.ToIPAddress().Equals(framework) && IPv4Address.FromIPAddress(framework) == address
                && address.ToString() == framework.ToString() && IPv4Address.Parse(address.ToString()) == address
                && $"{address}" == framework.ToString() && address.IsLoopback == IPAddress.IsLoopback(framework);
        },
        iter: 10_000);

    [Fact]
    public void Any_text_is_read_as_the_framework_reads_it_or_is_refused() =>
        Gen.Char["0123456789. x/\0:"].Array[0, 16].Sample(
            letters =>
            {
                string text = new(letters);
#pragma warning disable RS0030 // the lenient parser of the framework is the reference here
                return !IPv4Address.TryParse(text, out IPv4Address address)
                    || (address.ToString() == text && IPAddress.TryParse(text, out IPAddress? framework)
                        && address.ToIPAddress().Equals(framework));
#pragma warning restore RS0030
            },
            iter: 100_000);

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("194.0.22.9")]
    [InlineData("255.255.255.255")]
    public void Text_is_written_whole_or_not_at_all(string text)
    {
        var address = IPv4Address.Parse(text);
        for (int size = 0; size <= 16; size++)
        {
            char[] letters = new char[size];
            byte[] bytes = new byte[size];
            bool fits = size >= text.Length;
            Assert.Equal(fits, address.TryFormat(letters, out int charsWritten, default, CultureInfo.InvariantCulture));
            Assert.Equal(fits, address.TryFormat(bytes, out int bytesWritten, default, CultureInfo.InvariantCulture));
            if (fits)
            {
                Assert.Equal(
                    (text, text),
                    (new string(letters, 0, charsWritten), Encoding.ASCII.GetString(bytes, 0, bytesWritten)));
            }
        }
    }

    [Fact]
    public void Addresses_are_ordered_number_by_number()
    {
        string[] texts =
            ["0.0.0.0", "9.255.255.255", "10.0.0.1", "10.0.1.0", "127.0.0.1", "128.0.0.0", "255.255.255.255"];
        IPv4Address[] ordered = [.. texts.Select(text => IPv4Address.Parse(text))];
        Assert.Equal(ordered, ordered.Reverse().Order());
        Assert.True(
            ordered[0] < ordered[1] && ordered[5] > ordered[4] && ordered[1] <= ordered[1] && ordered[1] >= ordered[1]);
        Assert.False(
            ordered[1] < ordered[0] || ordered[4] > ordered[5] || ordered[1] <= ordered[0] || ordered[0] >= ordered[1]);
    }

    [Fact]
    public void The_named_addresses_are_what_they_are_called() =>
        Assert.Equal(
            (IPv4Address.Parse("0.0.0.0"), IPv4Address.Parse("127.0.0.1")), (IPv4Address.Any, IPv4Address.Loopback));

    [Fact]
    public void Bytes_and_addresses_of_other_sizes_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => IPv4Address.FromBytes([10, 1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => IPv4Address.FromBytes([10, 1, 1, 1, 1]));
        Assert.Throws<ArgumentException>(() => IPv4Address.FromIPAddress(IPAddress.IPv6Loopback));
        Assert.False(IPv4Address.Any.TryWriteBytes(new byte[3]));
    }
}
