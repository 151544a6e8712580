using ProxyHelper.Diagnosis;
using Xunit;

namespace ProxyHelper.Tests.Diagnosis;

/// <summary>Tests integers as the C library scans them. The expectations are those of glibc 2.36 on amd64.</summary>
public sealed class ScannedIntegerTests
{
    [Theory]
    [InlineData("114", 114)]
    [InlineData("0x72", 114)]
    [InlineData("0X1F", 31)]
    [InlineData("0x1Fg", 31)]
    [InlineData("0114", 76)]
    [InlineData("08", 0)]
    [InlineData("0", 0)]
    [InlineData("0x", 0)]
    [InlineData("+5", 5)]
    [InlineData("-0x10", -16)]
    [InlineData("\v7", 7)]
    [InlineData("114 # x", 114)]
    [InlineData("1e3", 1)]
    [InlineData("2147483648", -2147483648)]
    [InlineData("4294967295", -1)]
    [InlineData("4294967410", 114)]
    [InlineData("99999999999999999999999999999999999999999999", -1)]
    [InlineData("-99999999999999999999", 0)]
    public void A_number_is_scanned(string text, int expected)
    {
        Assert.True(ScannedInteger.TryRead(text, out int number));
        Assert.Equal(expected, number);
    }

    [Theory]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("- 5")]
    [InlineData("x1")]
    [InlineData("#")]
    [InlineData("+-5")]
    public void A_text_without_a_number_is_none(string text) => Assert.False(ScannedInteger.TryRead(text, out _));
}
