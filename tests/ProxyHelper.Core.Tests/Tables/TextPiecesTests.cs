using CsCheck;
using ProxyHelper.Tables;
using Xunit;

namespace ProxyHelper.Tests.Tables;

/// <summary>The text of a table is read in pieces of bounded length, and no character is lost.</summary>
public sealed class TextPiecesTests
{
    [Theory]
    [InlineData("a\nb\n", "a b")]
    [InlineData("a\r\nb\r\n", "a b")]
    [InlineData("a\r\nb\r", "a b")]
    [InlineData("\n\na\n", "  a")]
    [InlineData("a\rb\n", "a\rb")]
    [InlineData("", "")]
    public void Lines_come_one_by_one_without_their_ends(string text, string expected)
    {
        Assert.Equal(expected, string.Join(' ', Read(text).Select(piece => piece.Text)));
        Assert.All(Read(text), piece => Assert.True(piece.EndsLine));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(TextPieces.MaximumLength)]
    public void A_long_line_comes_in_pieces_with_one_number(int more)
    {
        string line = new('a', TextPieces.MaximumLength + more);

        List<(string Text, bool EndsLine, int Line)> pieces = Read($"first\r\n{line}\r\nlast\n");

        Assert.Equal(line, string.Concat(pieces.Where(piece => piece.Line == 2).Select(piece => piece.Text)));
        Assert.Equal([1, 2, 3], pieces.Where(piece => piece.EndsLine).Select(piece => piece.Line));
        Assert.Equal("last", pieces[^1].Text);
    }

    // A file that is still written can end in the middle of a port.
    [Theory]
    [InlineData("b")]
    [InlineData("a\nb")]
    public void The_end_of_the_text_does_not_end_a_line(string text)
    {
        List<(string Text, bool EndsLine, int Line)> pieces = Read(text);

        Assert.Equal(("b", false), (pieces[^1].Text, pieces[^1].EndsLine));
    }

    [Fact]
    public void No_character_is_lost() =>
        Gen.Char["ab\r\n"].Array[0, 40].Select(Gen.Int[1, 900]).Sample(CheckPieces, iter: 500);

    private static void CheckPieces(char[] few, int times)
    {
        string text = string.Concat(Enumerable.Repeat(new string(few), times));

        List<(string Text, bool EndsLine, int Line)> pieces = Read(text);

        string joined = string.Concat(pieces.Select(piece => piece.Text + (piece.EndsLine ? "\n" : string.Empty)));
        Assert.Equal(WithoutReturns(text).TrimEnd('\n'), WithoutReturns(joined).TrimEnd('\n'));
        Assert.All(pieces, piece => Assert.InRange(piece.Text.Length, 0, TextPieces.MaximumLength));
    }

    private static string WithoutReturns(string text) => text.Replace("\r", string.Empty, StringComparison.Ordinal);

    private static List<(string Text, bool EndsLine, int Line)> Read(string text)
    {
        using var reader = new StringReader(text);
        var pieces = new TextPieces(reader);
        var read = new List<(string Text, bool EndsLine, int Line)>();
        while (pieces.MoveNext())
        {
            read.Add((pieces.Current.ToString(), pieces.EndsLine, pieces.Line));
        }

        return read;
    }
}
