using ProxyHelper.Conntrack.Saved;
using Xunit;

namespace ProxyHelper.Tests.Conntrack.Saved;

/// <summary>Tests how a text is split into lines.</summary>
public sealed class SavedLinesTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("\n", "1:")]
    [InlineData("one", "1:one")]
    [InlineData("one\n", "1:one")]
    [InlineData("one\ntwo", "1:one 2:two")]
    [InlineData("one\r\n\r\ntwo\r\n", "1:one 2: 3:two")]
    [InlineData("o\rne\n\0\n", "1:o\rne 2:\0")]
    public void Each_line_has_its_number(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', Read(text).Select(line => $"{line.Number}:{line.Text}")));

    [Fact]
    public void A_line_that_is_too_long_is_cut_and_the_next_line_is_complete()
    {
        string text = new string('a', 5 * SavedLines.MaximumLength) + "\nnext";
        Assert.Equal([(1, new string('a', SavedLines.MaximumLength)), (2, "next")], Read(text));
    }

    /// <summary>The lines are about as long as the buffer of the reader.</summary>
    [Fact]
    public void No_line_is_lost_or_changed_if_the_text_is_read_in_pieces()
    {
        string[] lines = [.. Enumerable.Range(SavedLines.MaximumLength - 40, 40).Select(
            length => new string((char)('A' + (length % 26)), length))];
        Assert.Equal(lines, Read(string.Join('\n', lines)).Select(line => line.Text));
    }

    private static List<(int Number, string Text)> Read(string text)
    {
        using var reader = new StringReader(text);
        var lines = new SavedLines(reader);
        var read = new List<(int Number, string Text)>();
        while (lines.MoveNext())
        {
            read.Add((lines.Number, lines.Current.ToString()));
        }

        return read;
    }
}
