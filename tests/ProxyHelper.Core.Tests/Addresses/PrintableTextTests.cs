using System.Globalization;
using System.Text;
using CsCheck;
using ProxyHelper.Addresses;
using Xunit;

namespace ProxyHelper.Tests.Addresses;

/// <summary>Tests that text of strangers cannot control a terminal, break a line or hide a part of itself.</summary>
public sealed class PrintableTextTests
{
    [Theory]
    [InlineData("\e[2J", @"\u001b[2J")] // CSI: clears the screen
    [InlineData("\e]0;title\a", @"\u001b]0;title\u0007")] // OSC: sets the title
    [InlineData("\u009b2J\u009d0;x\u009c", @"\u009b2J\u009d0;x\u009c")] // the same in one character
    [InlineData("one\r\ntwo", @"one\r\ntwo")]
    [InlineData("a\bb\0c\x7f\t", @"a\u0008b\u0000c\u007f\t")]
    [InlineData("a\u0085b\u2028c\u2029", @"a\u0085b\u2028c\u2029")] // further ends of a line
    [InlineData("\u202egnp\u2066\u200f", @"\u202egnp\u2066\u200f")] // the direction of the text
    [InlineData("a\u200b\ufeff\u00adb", @"a\u200b\ufeff\u00adb")] // without width
    [InlineData("\U000e0041", @"\udb40\udc41")] // a tag
    [InlineData("\U0010ffff\ue000", @"\udbff\udfff\ue000")] // not assigned, private use
    public void A_character_that_is_not_printable_becomes_its_escape(string text, string printable) =>
        Assert.Equal(printable, PrintableText.From(text));

    [Fact]
    public void Half_a_character_becomes_its_escape()
    {
        Assert.Equal(@"a\ud800b", PrintableText.From("a\ud800b"));
        Assert.Equal(@"\udc00\ud800", PrintableText.From("\udc00\ud800"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tcp 6 431999 ESTABLISHED src=10.1.1.1 dst=198.51.100.7")]
    [InlineData(@"C:\new\table.txt")]
    [InlineData("Zürich, Łódź, 東京, नमस्ते, שלום, 🙂 – “quoted”…")]
    public void Plain_text_in_any_language_stays(string text) =>
        Assert.Equal(text, PrintableText.From(text));

    [Fact]
    public void No_text_is_an_empty_text() => Assert.Empty(PrintableText.From(null));

    [Fact]
    public void A_long_text_is_cut_and_says_so()
    {
        Assert.Equal("abcd…", PrintableText.From("abcdefgh", maxLength: 5));
        Assert.Equal("abcde", PrintableText.From("abcde", maxLength: 5));
        Assert.Equal("abc…", PrintableText.From("abc\u001b\u001b", maxLength: 8)); // no part of an escape
        Assert.Equal("abc…", PrintableText.From("abc🙂🙂", maxLength: 5)); // no half of a character
        Assert.Equal(PrintableText.MaxLength, PrintableText.From(new string('x', 10_000_000)).Length);
    }

    [Fact]
    public void Every_text_becomes_one_printable_line_of_limited_length_that_stays_as_it_is() =>
        Gen.Select(Gen.Char.Array[0, 40], Gen.Int[1, 60]).Sample(
            (letters, limit) =>
            {
                string printable = PrintableText.From(new string(letters), limit);
                return printable.Length <= limit
                    && Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(printable)) == printable
                    && printable.EnumerateRunes().All(IsHarmless)
                    && PrintableText.From(printable, limit) == printable;
            },
            iter: 50_000);

    private static bool IsHarmless(Rune rune) =>
        !Rune.IsControl(rune)
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator);
}
