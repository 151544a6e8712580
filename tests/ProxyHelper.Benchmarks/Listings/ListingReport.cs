using System.Globalization;

namespace ProxyHelper.Benchmarks.Listings;

/// <summary>Collects the results of all rounds.</summary>
internal sealed class ListingReport(ListingSettings settings)
{
    private readonly Dictionary<string, List<double>> _rounds = [];

    /// <summary>Adds a time, and prints its line.</summary>
    /// <exception cref="InvalidOperationException">Thrown when the number of entries is wrong.</exception>
    public void Add(int round, string name, Timing timing, int expected)
    {
        Print($"round {round}: {name,-16} {timing.Entries,11:N0} entries {timing.Time.TotalMilliseconds,12:N1} ms");
        if (timing.Entries != expected)
        {
            throw new InvalidOperationException($"{name} has {timing.Entries} entries; the table has {expected}.");
        }

        Add(name, timing.Time.TotalMilliseconds);
    }

    /// <summary>Adds the peak memory of a process.</summary>
    public void AddPeak(string name, int kibibytes) => Add(name, kibibytes / 1024.0);

    /// <summary>Adds the time that a cmdlet took to stop.</summary>
    public void AddStop(string name, TimeSpan time) => Add(name, time.TotalMilliseconds);

    /// <summary>Prints the medians, the medians of the ratios or differences by round, and the limits.</summary>
    public void Print()
    {
        Print($"\n{settings.Entries:N0} entries; medians of {settings.Rounds} rounds\n");
        var table = new TextTable("median", "peer", "ratio", "at most");
        AddRatio(table, "core ms", Measured.Core, Measured.Tool, 0.6);
        AddRatio(table, "cmdlet ms", Measured.Cmdlet, Measured.Tool, 1.2);
        AddRatio(table, "filter ms", Measured.Filter, Measured.ToolFilter, 0.15);
        AddRatio(table, "look-ups ms", Measured.Lookups, Measured.SmallLookups, 1.5);
        double growth = Median.Of(Pairs(Measured.Peak, Measured.SmallPeak, (one, other) => one - other));
        table.Add("peak MiB", $"{Of(Measured.Peak):N1}", $"{Of(Measured.SmallPeak):N1}", $"{growth:+0.0;-0.0}", $"+40");
        table.Add("stop ms", $"{Of(Measured.Stop):N1}", $"", $"", $"200");
        Console.WriteLine(table);
    }

    private void AddRatio(TextTable table, string name, string one, string other, double limit)
    {
        double ratio = Median.Of(Pairs(one, other, (mine, theirs) => mine / theirs));
        table.Add(name, $"{Of(one):N1}", $"{Of(other):N1}", $"{ratio:N2}", $"{limit:N2}");
    }

    /// <summary>Compares two values by round, because they share the state of the machine.</summary>
    private IEnumerable<double> Pairs(string one, string other, Func<double, double, double> compare) =>
        _rounds[one].Zip(_rounds[other], compare);

    private double Of(string name) => Median.Of(_rounds[name]);

    private void Add(string name, double value)
    {
        if (!_rounds.TryGetValue(name, out List<double>? values))
        {
            _rounds.Add(name, values = []);
        }

        values.Add(value);
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
