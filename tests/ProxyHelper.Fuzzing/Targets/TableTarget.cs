using System.Text;
using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>Reads the text of a NAT table, and looks up what the text has.</summary>
/// <param name="name">The name of the target.</param>
/// <param name="system">The system of the table. Half of the inputs are recognized by their content instead.</param>
internal sealed class TableTarget(string name, NatSystem system) : IFuzzTarget
{
    private const int MaxReasonLength = 200;
    private const int MaxLookUps = 4;
    private const int PieceLength = 100;
    private const long MaxAllocated = 16 << 20; // for an input of 4 KiB

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        int choice = SumOf(input);
        NatSystem? known = choice % 2 == 0 ? system : null;
        long before = GC.GetAllocatedBytesForCurrentThread();
        List<TableRow> rows = Read(text, known);
        Invariant.Holds(
            GC.GetAllocatedBytesForCurrentThread() - before < MaxAllocated, "a short text needs little memory");
        CheckRows(rows, text.Count(letter => letter == '\n') + 1);

        // A quarter of the inputs is enough for each of these checks, which read the text again.
        if (choice % 8 < 2)
        {
            CheckLongLines(text);
        }
        else if (choice % 8 < 4 && rows.Exists(row => row.Mapping is not null))
        {
            CheckLookUps(text, known, rows);
        }
    }

    // The same input always has the same checks.
    private static int SumOf(ReadOnlySpan<byte> input)
    {
        int sum = 0;
        foreach (byte letter in input)
        {
            sum += letter;
        }

        return sum;
    }

    private static List<TableRow> Read(string text, NatSystem? known)
    {
        using var reader = new StringReader(text);
        var pieces = new TextPieces(reader);
        var table = new FormatDetector(known);
        var rows = new List<TableRow>();
        while (pieces.MoveNext())
        {
            table.Read(pieces.Current, pieces.EndsLine, rows);
        }

        table.Finish(rows);
        return rows;
    }

    private static void CheckRows(List<TableRow> rows, int lines)
    {
        foreach (TableRow row in rows)
        {
            Invariant.Holds(row.Mapping is null != row.Fault is null, "a row is a mapping or a fault");
            Invariant.Holds(
                row.FirstLine >= 1 && row.FirstLine <= row.LastLine && row.LastLine <= lines,
                "a row is in the lines of the text");
            Invariant.Holds(
                row.Fault is null || row.Fault.Reason.Length is > 0 and <= MaxReasonLength,
                "a fault has a short reason");
            Invariant.Holds(
                row.Fault is null || PrintableText.From(row.Fault.Reason) == row.Fault.Reason,
                "a reason can be displayed");
            Invariant.Holds(row.Mapping?.ToString().Length > 0 || row.Mapping is null, "a mapping has words");
        }
    }

    // A reader of lines refuses a line that comes in pieces. Any other reader must find the same in pieces.
    private void CheckLongLines(string text)
    {
        TableReader table = TableFormats.Of(system)[^1].CreateReader();
        var rows = new List<TableRow>();
        for (int start = 0; start < text.Length; start += PieceLength)
        {
            table.Read(text.AsSpan(start, Math.Min(PieceLength, text.Length - start)), endsLine: false, rows);
        }

        table.Read(default, endsLine: true, rows);
        table.Finish(rows);
        Invariant.Holds(rows.TrueForAll(row => row is { FirstLine: 1, LastLine: 1 }), "one long line is line 1");
    }

    private static void CheckLookUps(string text, NatSystem? known, List<TableRow> rows)
    {
        using var reader = new StringReader(text);
        NatTable table = NatTable.Read(reader, known);
        Invariant.Holds(
            table.Count == rows.Count(row => row.Mapping is not null)
                && table.FaultCount == rows.Count(row => row.Fault is not null),
            "a table has all rows of its text");
        foreach (TableRow row in rows.Where(row => row.Mapping is not null).Take(MaxLookUps))
        {
            if (row.Mapping!.Ends is { AreComplete: true, Translated: { } query })
            {
                CheckAnswer(query, table.Find(query));
            }
        }
    }

    private static void CheckAnswer(in MappingQuery query, TableAnswer answer)
    {
        bool isFound = answer.Reason == TableAnswerReason.Found;
        Invariant.Holds(isFound == answer.Mapping is not null, "a mapping is found or there is a reason");
        Invariant.Holds(answer.Mapping is not { } mapping || query.Matches(mapping.Ends), "an answer fits its query");
        Invariant.Holds(
            answer.Mapping is not { } found || found.Ends.AreComplete, "an answer has all ends");
    }
}
