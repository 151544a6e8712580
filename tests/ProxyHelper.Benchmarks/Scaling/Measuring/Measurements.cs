using System.Globalization;

namespace ProxyHelper.Benchmarks.Scaling.Measuring;

/// <summary>Collects the values of all rounds, by name and by the number of entries.</summary>
internal sealed class Measurements
{
    private readonly Dictionary<string, Dictionary<int, List<double>>> _values = [];

    /// <summary>Adds a value.</summary>
    public void Add(string name, int entries, double value)
    {
        if (!_values.TryGetValue(name, out Dictionary<int, List<double>>? sizes))
        {
            _values.Add(name, sizes = []);
        }

        if (!sizes.TryGetValue(entries, out List<double>? rounds))
        {
            sizes.Add(entries, rounds = []);
        }

        rounds.Add(value);
    }

    /// <summary>Returns a table of the medians with a column for each number of entries.</summary>
    public TextTable ToTable()
    {
        int[] sizes = [.. _values.Values.SelectMany(values => values.Keys).Distinct().Order()];
        var table = new TextTable([.. sizes.Select(size => size.ToString("N0", CultureInfo.InvariantCulture))]);
        foreach ((string name, Dictionary<int, List<double>> values) in _values)
        {
            table.Add(name, [.. sizes.Select(size => Cell(values.GetValueOrDefault(size)))]);
        }

        return table;
    }

    private static FormattableString Cell(List<double>? rounds) =>
        rounds is null ? (FormattableString)$"" : $"{Median.Of(rounds):N2}";
}
