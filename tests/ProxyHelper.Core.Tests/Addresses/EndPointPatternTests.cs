using CsCheck;
using ProxyHelper.Addresses;
using Xunit;

namespace ProxyHelper.Tests.Addresses;

public sealed class EndPointPatternTests
{
    private static readonly Gen<TransportEndPoint> _endPoint = Gen.OneOf(Generators.IPv4EndPoint, Generators.IPv6EndPoint)
        .Where(end => !end.IPAddress.IsIPv4MappedToIPv6); // which is taken as the IPv4 address that it is

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
    public void It_matches_what_it_says_and_no_more_and_is_written_as_it_is_read(string text, string matched, string unmatched)
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
    public void Other_spellings_mean_the_same(string text, string same) => Assert.Equal(same, EndPointPattern.Parse(text).ToString());

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
    [InlineData("10.1.0.0/33")]
    [InlineData("10.1.0.0/")]
    [InlineData("10.1.1.1:25/32")]
    [InlineData("[10.1.1.1]:25")]
    [InlineData("[2001:db8::1]")]
    [InlineData("[2001:db8::1")]
    [InlineData("[]:25")]
    [InlineData("2001:db8::/129")]
    [InlineData("fe80::1%eth0")]
    public void Anything_else_is_refused_with_examples(string text) =>
        Assert.Contains("10.1.0.0/16, 10.1.1.1:25, :25", Assert.Throws<FormatException>(() => EndPointPattern.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("10.1.1.1/16", "10.1.0.0/16")]
    [InlineData("10.1.1.1/16:25", "10.1.0.0/16:25")]
    [InlineData("2001:db8::1/32", "2001:db8::/32")]
    public void Bits_behind_the_prefix_are_refused_with_what_was_probably_meant(string text, string meant) =>
        Assert.Contains($"Did you mean {meant}", Assert.Throws<FormatException>(() => EndPointPattern.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_prefix_of_any_length_has_the_address_that_it_was_made_from() => Gen.Select(_endPoint, Gen.Int[0, 128]).Sample((end, length) =>
    {
        int bits = Math.Min(length, end.ToIPEndPoint().Address.GetAddressBytes().Length * 8);
        TransportEndPoint network = end.Masked(bits);
        return EndPointPattern.Parse($"{network.Address}/{bits}").Matches(end)
            && network.Masked(bits) == network
            && (bits == 0 || !EndPointPattern.Parse($"{network.Address}/{bits}").Matches(Flipped(end, bits - 1)));
    });

    [Fact]
    public void Any_text_is_read_or_refused() => Gen.String[Gen.Char["0123456789abcdef.:/[]*% "], 0, 24].Sample(text =>
    {
        try
        {
            EndPointPattern pattern = EndPointPattern.Parse(text);
            return EndPointPattern.Parse(pattern.ToString()) == pattern;
        }
        catch (FormatException)
        {
            return true;
        }
    });

    private static TransportEndPoint Flipped(TransportEndPoint end, int bit)
    {
        byte[] bytes = end.ToIPEndPoint().Address.GetAddressBytes();
        bytes[bit / 8] ^= (byte)(0x80 >> (bit % 8));
        return TransportEndPoint.FromBytes(bytes, end.Port);
    }
}
