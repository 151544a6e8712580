using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis.Pair;

/// <summary>Represents the output of "conntrackd -s" of a conntrackd that synchronizes entries.</summary>
internal sealed record ConntrackdStatistics
{
    private const string Entries = "current active connections:";
    private const string InternalCache = "cache internal:";
    private const string NoInternalCache = "internal bypass:";

    /// <summary>
    /// Gets the number of entries of this router that conntrackd has. Null if conntrackd sends the changes of the
    /// kernel without a copy.
    /// </summary>
    public required ulong? Internal { get; init; }

    /// <summary>
    /// Gets the number of entries of the other router that wait in conntrackd. Null if conntrackd writes them into the
    /// kernel at once.
    /// </summary>
    public required ulong? External { get; init; }

    /// <summary>Gets the interface of the link to the other router.</summary>
    public required string Link { get; init; }

    /// <summary>Gets the number of packets from the other router.</summary>
    public required ulong Received { get; init; }

    /// <summary>Gets the number of packets that could not be sent or received.</summary>
    public required ulong Errors { get; init; }

    /// <summary>Gets the number of messages that conntrackd did not understand.</summary>
    public required ulong Malformed { get; init; }

    /// <summary>Gets the number of messages that did not arrive.</summary>
    public required ulong Lost { get; init; }

    /// <summary>Parses the output.</summary>
    /// <returns>The figures, or null if the text is not the output of a conntrackd that synchronizes entries.</returns>
    public static ConntrackdStatistics? TryParse(ReadOnlySpan<byte> output)
    {
        var figures = new Dictionary<string, ulong>(StringComparer.Ordinal);
        string section = string.Empty, link = string.Empty;
        bool isSynchronizing = false;
        foreach (string line in Encoding.UTF8.GetString(output).Split('\n'))
        {
            if (line is [not (' ' or '\t'), .., ':'])
            {
                section = line;
                isSynchronizing |= line is InternalCache or NoInternalCache;
                link = ReadLink(line) ?? link;
            }
            else if (line.StartsWith(Entries, StringComparison.Ordinal))
            {
                AddFigure(figures, section, line.AsSpan(Entries.Length).Trim());
            }
            else if (line is [' ', ..])
            {
                ReadRow(line, figures);
            }
        }

        return isSynchronizing && figures.TryGetValue("Pckts recv", out ulong received) ? new ConntrackdStatistics
            {
                Internal = figures.TryGetValue(InternalCache, out ulong own) ? own : null,
                External = figures.TryGetValue("cache external:", out ulong external) ? external : null,
                Link = link,
                Received = received,
                Errors = Sum(figures, "Error send", "Error recv"),
                Malformed = Sum(figures, "Malformed msgs"),
                Lost = Sum(figures, "Lost msgs"),
            }
            : null;
    }

    /// <summary>
    /// Returns the state of each link from the output of "conntrackd -s link", such as "sync is NO-CARRIER".
    /// </summary>
    public static string? ReadLinkStates(ReadOnlySpan<byte> output)
    {
        string[] states =
        [
            .. from line in Encoding.UTF8.GetString(output).Split('\n')
               let words = line.TrimEnd(':').Split(' ')
               let device = words.FirstOrDefault(word => word.StartsWith("device=", StringComparison.Ordinal))
               let status = words.FirstOrDefault(word => word.StartsWith("status=", StringComparison.Ordinal))
               where device is not null && status is not null
               select $"{device["device=".Length..]} is {status["status=".Length..]}",
        ];
        return states.Length == 0 ? null : string.Join(", ", states);
    }

    // UDP traffic (active device=sync):
    private static string? ReadLink(string line)
    {
        const string before = "(active device=";
        int start = line.IndexOf(before, StringComparison.Ordinal);
        int end = line.IndexOf(')', StringComparison.Ordinal);
        return start >= 0 && end > start ? line[(start + before.Length)..end] : null;
    }

    // A row has two figures, each before its name: "0 Error send   0 Error recv".
    private static void ReadRow(string line, Dictionary<string, ulong> figures)
    {
        if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var left, var a, var b, var right, var c, var d])
        {
            AddFigure(figures, $"{a} {b}", left);
            AddFigure(figures, $"{c} {d}", right);
        }
    }

    private static void AddFigure(Dictionary<string, ulong> figures, string name, ReadOnlySpan<char> text)
    {
        if (NumberText.TryRead(text, out ulong number))
        {
            figures[name] = number;
        }
    }

    private static ulong Sum(Dictionary<string, ulong> figures, params string[] names) =>
        names.Aggregate(0ul, (sum, name) => sum + figures.GetValueOrDefault(name));
}
