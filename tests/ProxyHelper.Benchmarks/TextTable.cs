using System.Globalization;

namespace ProxyHelper.Benchmarks;

/// <summary>Writes names and numbers in columns.</summary>
/// <param name="columns">The headings of the numbers.</param>
internal sealed class TextTable(params string[] columns)
{
    private const int NameWidth = 14;
    private const int NumberWidth = 12;

    private readonly List<string> _lines = [Line(string.Empty, columns)];

    /// <summary>Adds a row.</summary>
    /// <param name="name">The name of the row.</param>
    /// <param name="numbers">The numbers.</param>
    public void Add(string name, params FormattableString[] numbers) =>
        _lines.Add(Line(name, numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))));

    /// <inheritdoc/>
    public override string ToString() => string.Join('\n', _lines);

    private static string Line(string name, IEnumerable<string> cells) =>
        name.PadRight(NameWidth) + string.Concat(cells.Select(cell => cell.PadLeft(NumberWidth)));
}
