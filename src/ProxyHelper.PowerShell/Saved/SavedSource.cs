using ProxyHelper.Tables;

namespace ProxyHelper.PowerShell;

/// <summary>Represents the place of a table, for messages.</summary>
/// <param name="File">The path of the file, or null for text from the pipeline.</param>
/// <param name="AreObjects">Whether the rows are objects, so that they have numbers instead of lines.</param>
internal sealed record SavedSource(string? File = null, bool AreObjects = false)
{
    /// <summary>Returns the place of a row, such as "Line 3" or "Lines 3 to 5 of ./table.txt".</summary>
    public string Describe(TableRow row)
    {
        string unit = AreObjects ? "Object" : "Line";
        string lines = row.FirstLine == row.LastLine
            ? $"{unit} {row.FirstLine}"
            : $"{unit}s {row.FirstLine} to {row.LastLine}";
        return File is null ? lines : $"{lines} of {File}";
    }
}
