using System.Globalization;
using System.Runtime.CompilerServices;
using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;
using Xunit;

namespace ProxyHelper.Tests.Conntrack.Saved;

/// <summary>
/// Tests lines of other kernels, other versions of the conntrack tool, and events. Words, values, marks, states and
/// numbers that the reader does not know must not lose the line.
/// </summary>
public sealed class SavedDialectTests
{
    /// <summary>Each line, and its mapping; state; timeout; mark.</summary>
    public static TheoryData<string, string> Lines { get; } = Read();

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_line_with_unknown_words_keeps_its_mapping(string line, string expected)
    {
        Assert.True(SavedEntry.TryRead(line, out ConntrackEntry? entry, out _), SavedEntry.Explain(line));
        Assert.Equal(expected, Describe(entry));
        Assert.True(SavedEntry.TryRead($"{line} more=(a b) [X] new\r\n", out ConntrackEntry? longer, out _));
        Assert.Equal(expected, Describe(longer));
    }

    private static TheoryData<string, string> Read([CallerFilePath] string path = "")
    {
        string[] lines = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(path)!, "dialects.txt"));
        TheoryData<string, string> read = [];
        foreach (string[] pair in lines.Skip(1).Chunk(2)) // the first line is a comment
        {
            read.Add(pair[0], pair[1][2..]);
        }

        return read;
    }

    private static string Describe(ConntrackEntry entry) => string.Create(
        CultureInfo.InvariantCulture, $"{entry}; {entry.State}; {entry.Timeout?.TotalSeconds}; {entry.Mark}");
}
