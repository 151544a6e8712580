using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;

namespace ProxyHelper.Tests.Tables;

/// <summary>Reads the text of a table as a whole.</summary>
internal static class ReadTable
{
    /// <summary>Returns the mappings and the faults in the order of the text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="system">The system, or null to recognize it.</param>
    public static List<TableRow> Rows(string text, NatSystem? system = null)
    {
        var rows = new List<TableRow>();
        var detector = new FormatDetector(system);
        var pieces = new TextPieces(new StringReader(text));
        while (pieces.MoveNext())
        {
            detector.Read(pieces.Current, pieces.EndsLine, rows);
        }

        detector.Finish(rows);
        return rows;
    }

    /// <summary>Returns the table of a text, for look-ups.</summary>
    /// <param name="text">The text.</param>
    /// <param name="system">The system, or null to recognize it.</param>
    public static NatTable Whole(string text, NatSystem? system = null)
    {
        using var reader = new StringReader(text);
        return NatTable.Read(reader, system);
    }

    /// <summary>Returns the original ends of an answer, or null without a mapping.</summary>
    public static (TransportEndPoint? Source, TransportEndPoint? Destination)? OriginalEnds(TableAnswer answer) =>
        answer.Mapping is { } mapping ? (mapping.Ends.OriginalSource, mapping.Ends.OriginalDestination) : null;

    /// <summary>Returns a row in one line, for comparison.</summary>
    public static string Describe(TableRow row) =>
        $"{row.FirstLine}-{row.LastLine}: {row.Mapping?.ToString() ?? row.Fault!.Reason}";
}
