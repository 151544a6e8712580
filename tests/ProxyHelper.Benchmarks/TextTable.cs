using System.Globalization;

namespace ProxyHelper.Benchmarks;

/// <summary>Writes names and numbers in columns.</summary>
/// <param name="columns">The headings of the numbers. Without headings, the first row is the first line.</param>
internal sealed class TextTable(params string[] columns)
{
    private const int MinNameWidth = 14;
    private const int NumberWidth = 12;

    private readonly List<(string Name, string[] Cells)> _rows =
        columns.Length > 0 ? [(string.Empty, columns)] : [];

    /// <summary>Adds a row.</summary>
    /// <param name="name">The name of the row.</param>
    /// <param name="numbers">The numbers.</param>
    public void Add(string name, params FormattableString[] numbers) =>
        _rows.Add((name, [.. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))]));

    /// <inheritdoc/>
    public override string ToString()
    {
        int width = Math.Max(MinNameWidth, _rows.Max(row => row.Name.Length));
        return string.Join('\n', _rows.Select(row => Line(row.Name.PadRight(width), row.Cells)));
    }

    private static string Line(string name, string[] cells) =>
        (name + string.Concat(cells.Select(cell => cell.PadLeft(NumberWidth)))).TrimEnd();
}
