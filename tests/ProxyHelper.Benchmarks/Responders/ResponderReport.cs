using System.Globalization;

namespace ProxyHelper.Benchmarks.Responders;

/// <summary>Collects the results of all rounds.</summary>
internal sealed class ResponderReport(ResponderSettings settings)
{
    private readonly Dictionary<string, List<Measurement>> _rounds = [];

    /// <summary>Gets whether every contender gave correct replies and no wrong reply.</summary>
    public bool IsRight =>
        _rounds.Values.All(rounds => rounds.TrueForAll(measured => measured.Load is { Right: > 0, Wrong: 0 }));

    /// <summary>Adds a measurement, and prints its line.</summary>
    public void Add(int round, string name, Measurement measured)
    {
        if (!_rounds.TryGetValue(name, out List<Measurement>? rounds))
        {
            _rounds.Add(name, rounds = []);
        }

        rounds.Add(measured);
        LoadResult load = measured.Load;
        (double rate, double median, double percentile99) = (load.Rate, load.Median, load.Percentile99);
        Print($"round {round}: {name,-6} {rate,9:N0} queries/s, p50 {median:N1} us, p99 {percentile99:N1} us");
    }

    /// <summary>Prints the medians, then the medians of the ratios by round.</summary>
    public void Print()
    {
        Print($"\n{settings.Flows:N0} entries, {settings.Misses} % misses, {settings.Window} in flight;");
        Print($"medians of {settings.Rounds} rounds of {settings.Time.TotalSeconds} s\n");
        var medians = new TextTable("queries/s", "p50 us", "p99 us", "peak KiB", "right", "wrong", "lost");
        foreach ((string name, List<Measurement> rounds) in _rounds)
        {
            medians.Add(
                name,
                $"{Median(rounds, measured => measured.Load.Rate):N0}",
                $"{Median(rounds, measured => measured.Load.Median):N1}",
                $"{Median(rounds, measured => measured.Load.Percentile99):N1}",
                $"{Median(rounds, measured => measured.PeakKibibytes):N0}",
                $"{rounds.Sum(measured => measured.Load.Right):N0}",
                $"{rounds.Sum(measured => measured.Load.Wrong):N0}",
                $"{rounds.Sum(measured => measured.Load.Lost):N0}");
        }

        Console.WriteLine(medians);
        PrintRatios();
    }

    private void PrintRatios()
    {
        var ratios = new TextTable("queries/s", "p50");
        foreach (string name in settings.Of)
        {
            foreach (string peer in settings.Against)
            {
                ratios.Add(
                    $"{name}/{peer}",
                    $"{Ratio(name, peer, load => load.Rate):N2}",
                    $"{Ratio(name, peer, load => load.Median):N2}");
            }
        }

        if (settings.Of.Count > 0 && settings.Against.Count > 0)
        {
            Console.WriteLine($"\n{ratios}");
        }
    }

    /// <summary>Compares two contenders by round, because they share the state of the machine.</summary>
    private double Ratio(string name, string peer, Func<LoadResult, double> value) =>
        Benchmarks.Median.Of(_rounds[name].Zip(_rounds[peer], (one, other) => value(one.Load) / value(other.Load)));

    private static double Median(List<Measurement> rounds, Func<Measurement, double> value) =>
        Benchmarks.Median.Of(rounds.Select(value));

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
