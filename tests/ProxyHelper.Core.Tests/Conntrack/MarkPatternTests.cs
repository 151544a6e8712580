using ProxyHelper.Conntrack;
using Xunit;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Tests the patterns of marks.</summary>
public sealed class MarkPatternTests
{
    [Theory]
    [InlineData("16", 16u, 17u, "0x10")]
    [InlineData("0x10", 16u, 0x110u, "0x10")]
    [InlineData("0x10/0xff", 0x110u, 0x11u, "0x10/0xff")]
    [InlineData("0/1", 2u, 1u, "0x0/0x1")]
    [InlineData("4294967295", uint.MaxValue, 0u, "0xffffffff")]
    [InlineData("0X1F", 31u, 30u, "0x1f")]
    public void A_pattern_compares_the_bits_of_its_mask(string text, uint matched, uint unmatched, string written)
    {
        MarkPattern pattern = MarkPattern.Parse(text);
        Assert.True(pattern.Matches(matched));
        Assert.False(pattern.Matches(unmatched));
        Assert.False(pattern.Matches(null));
        Assert.Equal((written, pattern), (pattern.ToString(), MarkPattern.Parse(written)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("mark")]
    [InlineData("-1")]
    [InlineData("4294967296")]
    [InlineData("0x")]
    [InlineData("1/")]
    [InlineData("1/2/3")]
    [InlineData("16\0")]
    public void Any_other_text_is_refused_with_examples(string text) =>
        Assert.Contains(
            "16, 0x10 or 0x10/0xff",
            Assert.Throws<FormatException>(() => MarkPattern.Parse(text)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Bits_outside_the_mask_are_refused_with_a_suggestion() =>
        Assert.Contains(
            "Did you mean 0x10/0xf0?",
            Assert.Throws<FormatException>(() => MarkPattern.Parse("0x11/0xf0")).Message,
            StringComparison.Ordinal);
}
