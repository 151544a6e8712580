using System.Net;
using CsCheck;
using ProxyHelper.Addresses;
using Xunit;

namespace ProxyHelper.Tests.Addresses;

public sealed class EndPointPatternTests
{
    private static readonly Gen<TransportEndPoint> _endPoint = Gen.OneOf(
        Generators.IPv4EndPoint, Generators.IPv6EndPoint)
        .Where(end => !end.IPAddress.IsIPv4MappedToIPv6); // such an address becomes an IPv4 address

    [Theory]
    [InlineData("10.1.1.1", "10.1.1.1:25", "10.1.1.2:25")]
    [InlineData("10.1.0.0/16", "10.1.255.255:1", "10.2.0.0:1")]
    [InlineData("0.0.0.0/0", "10.1.1.1:1", "[::a01:101]:1")]
    [InlineData("10.1.1.1:25", "10.1.1.1:25", "10.1.1.1:26")]
    [InlineData("10.1.0.0/16:25", "10.1.2.3:25", "10.1.2.3:26")]
    [InlineData(":25", "[2001:db8::1]:25", "10.1.1.1:2525")]
    [InlineData("2001:db8::1", "[2001:db8::1]:25", "[2001:db8::2]:25")]
    [InlineData("2001:db8::/32", "[2001:db8:ffff::]:1", "[2001:db9::]:1")]
    [InlineData("2001:db8:0:0:8000::/65", "[2001:db8::ffff:0:0:1]:1", "[2001:db8::1]:1")]
    [InlineData("[2001:db8::1]:25", "[2001:db8::1]:25", "[2001:db8::1]:26")]
    [InlineData("[2001:db8::/32]:25", "[2001:db8::7]:25", "[2001:db8::7]:26")]
    [InlineData("::/0", "[::]:1", "0.0.0.0:1")]
    public void A_pattern_matches_its_end_points_only_and_is_written_as_it_is_read(
        string text, string matched, string unmatched)
    {
        EndPointPattern pattern = EndPointPattern.Parse(text);
        Assert.True(pattern.Matches(TransportEndPoint.Parse(matched)));
        Assert.False(pattern.Matches(TransportEndPoint.Parse(unmatched)));
        Assert.Equal(pattern, EndPointPattern.Parse(pattern.ToString()));
    }

    [Theory]
    [InlineData("*:25", ":25")]
    [InlineData(" 10.1.1.1/32 ", "10.1.1.1")]
    [InlineData("[2001:db8::1/128]:25", "[2001:db8::1]:25")]
    public void Other_spellings_mean_the_same(string text, string same) =>
        Assert.Equal(same, EndPointPattern.Parse(text).ToString());

    [Theory]
    [InlineData("10.1.1.1:25", "10.1.1.1:25")]
    [InlineData("[2001:db8::1]:0", "[2001:db8::1]:0")]
    [InlineData("10.1.1.1", null)]
    [InlineData("10.1.1.0/24:25", null)]
    [InlineData(":25", null)]
    public void Only_a_pattern_of_one_address_and_one_port_is_an_end_point(string text, string? endPoint) =>
        Assert.Equal(endPoint, EndPointPattern.Parse(text).EndPoint?.ToString());

    [Fact]
    public void The_default_pattern_matches_every_end_point()
    {
        Assert.True(default(EndPointPattern).Matches(TransportEndPoint.Parse("10.1.1.1:25")));
        Assert.True(default(EndPointPattern).Matches(TransportEndPoint.Parse("[::]:0")));
        Assert.True(default(EndPointPattern).Contains(IPv4Address.Any));
        Assert.Empty(default(EndPointPattern).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("*")]
    [InlineData("25")]
    [InlineData("mail.example")]
    [InlineData("10.1.1")]
    [InlineData("010.1.1.1")]
    [InlineData("10.1.1.1:")]
    [InlineData("10.1.1.1:65536")]
    [InlineData("10.1.1.1:+25")]
    [InlineData("10.1.1.1:25\0")]
    [InlineData("10.1.0.0/33")]
    [InlineData("10.1.0.0/256")]
    [InlineData("10.1.0.0/")]
    [InlineData("10.1.1.1:25/32")]
    [InlineData("[10.1.1.1]:25")]
    [InlineData("[2001:db8::1]")]
    [InlineData("[2001:db8::1")]
    [InlineData("[]:25")]
    [InlineData("2001:db8::/129")]
    [InlineData("fe80::1%eth0")]
    public void Any_other_text_is_refused_with_examples(string text)
    {
        Assert.False(EndPointPattern.TryParse(text, out EndPointPattern pattern, out string? fault));
        Assert.Equal(default, pattern);
        Assert.Equal(fault, Assert.Throws<FormatException>(() => EndPointPattern.Parse(text)).Message);
        Assert.Contains("10.1.0.0/16, 10.1.1.1:25, :25", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.1.1.1/16", "10.1.0.0/16")]
    [InlineData("10.1.1.1/8", "10.0.0.0/8")]
    [InlineData("194.0.22.9/31", "194.0.22.8/31")]
    [InlineData("128.0.0.1/1", "128.0.0.0/1")]
    [InlineData("0.0.0.1/0", "0.0.0.0/0")]
    [InlineData("10.1.1.1/16:25", "10.1.0.0/16:25")]
    [InlineData("2001:db8::1/32", "2001:db8::/32")]
    public void Bits_after_the_prefix_are_refused_with_the_likely_prefix(string text, string likely)
    {
        Assert.False(EndPointPattern.TryParse(text, out EndPointPattern pattern, out string? fault));
        Assert.Equal(default, pattern);
        Assert.Contains($"Did you mean {likely}, or the one address?", fault, StringComparison.Ordinal);
        bool isAddresses = EndPointPattern.TryParseAddresses(text, out _, out string? other);
        Assert.False(isAddresses);
        Assert.Equal(text.Contains(':', StringComparison.Ordinal), fault != other);
    }

    [Theory]
    [InlineData("194.0.22.9", "194.0.22.9")]
    [InlineData(" 194.0.22.9 ", "194.0.22.9")]
    [InlineData("194.0.22.9/32", "194.0.22.9")]
    [InlineData("194.0.22.0/24", "194.0.22.0/24")]
    [InlineData("128.0.0.0/1", "128.0.0.0/1")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    public void Addresses_are_an_IPv4_address_or_prefix(string text, string written)
    {
        EndPointPattern addresses = EndPointPattern.ParseAddresses(text);
        Assert.Equal(written, addresses.ToString());
        Assert.True(addresses.IsIPv4Addresses);
        Assert.Equal(addresses, EndPointPattern.ParseAddresses(written));
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
    [InlineData("*")]
    [InlineData(":25")]
    [InlineData("*:25")]
    [InlineData("10.1.1.1:25")]
    [InlineData("10.0.0.0/8:25")]
    [InlineData("2001:db8::1")]
    [InlineData("2001:db8::/32")]
    [InlineData("::ffff:10.1.1.1")]
    public void Addresses_refuse_ports_IPv6_and_any_other_text_with_examples(string text)
    {
        Assert.False(EndPointPattern.TryParseAddresses(text, out EndPointPattern pattern, out string? fault));
        Assert.Equal(default, pattern);
        Assert.Equal(fault, Assert.Throws<FormatException>(() => EndPointPattern.ParseAddresses(text)).Message);
        Assert.Equal(
            $"'{text}' is not an IPv4 address or prefix. "
                + "Write an address such as 194.0.22.9, or a prefix such as 194.0.22.0/24.",
            fault);
    }

    [Theory]
    [InlineData("194.0.22.9", "194.0.22.9", true)]
    [InlineData("194.0.22.9", "194.0.22.8", false)]
    [InlineData("194.0.22.9:25", "194.0.22.9", true)]
    [InlineData("194.0.22.0/24", "194.0.22.0", true)]
    [InlineData("194.0.22.0/24", "194.0.22.255", true)]
    [InlineData("194.0.22.0/24", "194.0.23.0", false)]
    [InlineData("194.0.22.0/24", "194.0.21.255", false)]
    [InlineData("0.0.0.0/0", "255.255.255.255", true)]
    [InlineData("128.0.0.0/1", "127.255.255.255", false)]
    [InlineData("::/0", "0.0.0.0", false)]
    [InlineData(":25", "10.1.1.1", true)]
    public void A_pattern_contains_addresses_with_its_bits(string pattern, string address, bool isContained) =>
        Assert.Equal(isContained, EndPointPattern.Parse(pattern).Contains(IPv4Address.Parse(address)));

    [Fact]
    public void An_IPv4_prefix_ends_where_its_neighbours_start() => Gen.Select(Gen.UInt, Gen.Int[0, 32]).Sample(
        (address, length) =>
        {
            uint rest = (uint)((1L << (32 - length)) - 1), first = address & ~rest, last = address | rest;
            EndPointPattern prefix = EndPointPattern.ParseAddresses($"{new IPv4Address(first)}/{length}");
            bool Contains(uint number) => prefix.Contains(new IPv4Address(number));
            return prefix == EndPointPattern.ParseAddresses(prefix.ToString())
                && Contains(first) && Contains(address) && Contains(last)
                && Contains(first - 1) == (length == 0) && Contains(last + 1) == (length == 0);
        },
        iter: 10_000);

    [Fact]
    public void A_prefix_of_any_length_matches_its_address_and_no_address_with_another_bit() =>
        Gen.Select(_endPoint, Gen.Int[0, 128]).Sample((end, length) =>
        {
            int bits = Math.Min(length, end.IPAddress.GetAddressBytes().Length * 8);
            TransportEndPoint network = end.Masked(bits);
            EndPointPattern prefix = EndPointPattern.Parse($"{network.Address}/{bits}");
            return prefix.Matches(end)
                && network.Masked(bits) == network
                && (!end.TryGetIPv4(out IPv4Address address) || prefix.Contains(address))
                && (bits == 0 || !prefix.Matches(Flip(end, bits - 1)));
        });

    [Fact]
    public void Any_text_is_read_or_refused() =>
        Gen.String[Gen.Char["0123456789abcdef.:/[]*% \0"], 0, 24].Sample(text =>
            (!EndPointPattern.TryParse(text, out EndPointPattern pattern, out _)
                || EndPointPattern.Parse(pattern.ToString()) == pattern)
            && (!EndPointPattern.TryParseAddresses(text, out EndPointPattern addresses, out _)
                || addresses == pattern));

    [Fact]
    public void An_address_of_the_framework_is_a_pattern()
    {
        Assert.Equal(EndPointPattern.Parse("10.1.1.1"), new EndPointPattern(IPAddress.Parse("10.1.1.1")));
        Assert.Equal(EndPointPattern.Parse("2001:db8::1"), new EndPointPattern(IPAddress.Parse("2001:db8::1")));
        Assert.False(new EndPointPattern(IPAddress.IPv6Loopback).IsIPv4Addresses);
    }

    private static TransportEndPoint Flip(TransportEndPoint end, int bit)
    {
        byte[] bytes = end.IPAddress.GetAddressBytes();
        bytes[bit / 8] ^= (byte)(0x80 >> (bit % 8));
        return TransportEndPoint.FromBytes(bytes, end.Port);
    }
}
