using ProxyHelper.Addresses;
using ProxyHelper.Tables;

namespace ProxyHelper.Tests.Tables;

/// <summary>Reads the text of a table as a whole.</summary>
internal static class ReadTable
{
    /// <summary>Returns the mappings and the faults in the order of the text. The form is recognized.</summary>
    public static List<TableRow> Rows(string text)
    {
        var rows = new List<TableRow>();
        var detector = new FormatDetector();
        var pieces = new TextPieces(new StringReader(text));
        while (pieces.MoveNext())
        {
            detector.Read(pieces.Current, pieces.EndsLine, rows);
        }

        detector.Finish(rows);
        return rows;
    }

    /// <summary>Returns the table of a text, for look-ups.</summary>
    public static NatTable Whole(string text)
    {
        using var reader = new StringReader(text);
        return NatTable.Read(reader);
    }

    /// <summary>Returns the original ends of an answer, or null without a mapping.</summary>
    public static (TransportEndPoint? Source, TransportEndPoint? Destination)? OriginalEnds(TableAnswer answer) =>
        answer.Mapping is { } mapping ? (mapping.Ends.OriginalSource, mapping.Ends.OriginalDestination) : null;

    /// <summary>Returns a row in one line, for comparison.</summary>
    public static string Describe(TableRow row) =>
        $"{row.FirstLine}-{row.LastLine}: {row.Mapping?.ToString() ?? row.Fault!.Reason}";
}
