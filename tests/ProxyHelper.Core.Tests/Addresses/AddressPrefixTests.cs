using System.Net;
using CsCheck;
using ProxyHelper.Addresses;
using Xunit;

namespace ProxyHelper.Tests.Addresses;

public sealed class AddressPrefixTests
{
    [Theory]
    [InlineData("194.0.22.9", "194.0.22.9", 32)]
    [InlineData(" 194.0.22.9 ", "194.0.22.9", 32)]
    [InlineData("194.0.22.9/32", "194.0.22.9", 32)]
    [InlineData("194.0.22.0/24", "194.0.22.0/24", 24)]
    [InlineData("128.0.0.0/1", "128.0.0.0/1", 1)]
    [InlineData("0.0.0.0/0", "0.0.0.0/0", 0)]
    public void An_address_or_prefix_is_read_and_written(string text, string written, int length)
    {
        var prefix = AddressPrefix.Parse(text);
        Assert.Equal((written, length), (prefix.ToString(), prefix.Length));
        Assert.Equal(prefix, AddressPrefix.Parse(written));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("/")]
    [InlineData("proxy")]
    [InlineData("1")]
    [InlineData("010.1.1.1")]
    [InlineData("10.1.1")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/+8")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("10.0.0.0 /8")]
    [InlineData("10.0.0.0/ 8")]
    [InlineData("10.0.0.0/8\0")]
    [InlineData("/8")]
    [InlineData("2001:db8::1")]
    [InlineData("::ffff:10.1.1.1")]
    public void Anything_else_is_refused_with_an_example(string text)
    {
        FormatException mistake = Assert.Throws<FormatException>(() => AddressPrefix.Parse(text));
        Assert.Equal($"'{text}' is not an IPv4 address or prefix. Write one such as 194.0.22.9 or 194.0.22.0/24.", mistake.Message);
    }

    [Theory]
    [InlineData("10.1.1.1/8", "10.0.0.0/8")]
    [InlineData("194.0.22.9/31", "194.0.22.8/31")]
    [InlineData("128.0.0.1/1", "128.0.0.0/1")]
    [InlineData("0.0.0.1/0", "0.0.0.0/0")]
    public void Bits_behind_the_prefix_are_refused_with_what_was_probably_meant(string text, string meant)
    {
        FormatException mistake = Assert.Throws<FormatException>(() => AddressPrefix.Parse(text));
        Assert.Contains($"Did you mean {meant}, or the one address?", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prefix_of_any_length_comes_back_from_its_text_and_ends_where_its_neighbours_begin() => Gen.Select(Gen.UInt, Gen.Int[0, 32]).Sample(
        (address, length) =>
        {
            uint rest = (uint)((1L << (32 - length)) - 1), first = address & ~rest, last = address | rest;
            var prefix = AddressPrefix.Parse($"{new IPv4Address(first)}/{length}");
            bool Contains(uint number) => prefix.Contains(new IPv4Address(number));
            return prefix == AddressPrefix.Parse(prefix.ToString())
                && Contains(first) && Contains(address) && Contains(last)
                && Contains(first - 1) == (length == 0) && Contains(last + 1) == (length == 0);
        },
        iter: 10_000);

    [Theory]
    [InlineData("194.0.22.9", "194.0.22.9", true)]
    [InlineData("194.0.22.9", "194.0.22.8", false)]
    [InlineData("194.0.22.0/24", "194.0.22.0", true)]
    [InlineData("194.0.22.0/24", "194.0.22.255", true)]
    [InlineData("194.0.22.0/24", "194.0.23.0", false)]
    [InlineData("194.0.22.0/24", "194.0.21.255", false)]
    [InlineData("0.0.0.0/0", "255.255.255.255", true)]
    [InlineData("128.0.0.0/1", "127.255.255.255", false)]
    public void It_holds_the_addresses_that_begin_with_its_bits(string prefix, string address, bool isHeld) =>
        Assert.Equal(isHeld, AddressPrefix.Parse(prefix).Contains(IPv4Address.Parse(address)));

    [Fact]
    public void An_IPv6_address_makes_no_prefix() =>
        Assert.Throws<ArgumentException>(() => new AddressPrefix(IPAddress.IPv6Loopback));
}
