using System.Globalization;

namespace ProxyHelper.Benchmarks.Relays;

/// <summary>Collects the figures of all rounds.</summary>
internal sealed class RelayReport(RelayBenchmarkSettings settings)
{
    private readonly Dictionary<string, List<RelayMeasurement>> _rounds = [];

    // The figures that are compared, and their limits: at most, or at least if the figure is a rate.
    private readonly (string Name, Func<RelayMeasurement, double> Value, string Limit)[] _figures =
    [
        ("us of CPU for a connection", one => one.ConnectionTime, "<= 1.3, 1.1"),
        ("connections/s", one => one.Rate, ">= 0.90"),
        ("p99 ms of a connection", one => one.Percentile99, "<= 1.20"),
        ("s of CPU for a GB, 1 up", one => one.GigabyteTimes[0], "<= 1.20"),
        ("s of CPU for a GB, 1 down", one => one.GigabyteTimes[1], "<= 1.20"),
        ($"s of CPU for a GB, {settings.Streams} up", one => one.GigabyteTimes[2], "<= 1.20"),
        ("Gbit/s, 1 up", one => one.Gigabits[0], string.Empty),
        ("Gbit/s, 1 down", one => one.Gigabits[1], string.Empty),
        ($"Gbit/s, {settings.Streams} up", one => one.Gigabits[2], string.Empty),
        ("KiB for an idle connection", one => one.IdleMemory, "<= 0.30"),
    ];

    /// <summary>Gets whether no connection failed.</summary>
    public bool IsRight => _rounds.Values.All(rounds => rounds.TrueForAll(one => one is { Failed: 0, Rate: > 0 }));

    /// <summary>Adds the figures of a relay, and prints its line.</summary>
    public void Add(int round, string name, RelayMeasurement measured)
    {
        if (!_rounds.TryGetValue(name, out List<RelayMeasurement>? rounds))
        {
            _rounds.Add(name, rounds = []);
        }

        rounds.Add(measured);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"round {round}: {name,-8} {measured.Rate,8:N0} connections/s, {measured.ConnectionTime,6:N1} us each, "
            + $"p99 {measured.Percentile99:N1} ms, s of CPU for a GB {measured.GigabyteTimes[0]:N3} "
            + $"{measured.GigabyteTimes[1]:N3} {measured.GigabyteTimes[2]:N3}, idle {measured.IdleMemory:N2} KiB, "
            + $"failed {measured.Failed:N0}"));
    }

    /// <summary>Prints the medians, then the medians of the ratios by round.</summary>
    public void Print()
    {
        Print($"\n{settings.Connections} connections at the same time; {settings.Idle:N0} idle connections;");
        Print($"medians of {settings.Rounds} rounds of {settings.Time.TotalSeconds} s\n");
        string[] names = [.. _rounds.Keys];
        var medians = new TextTable(names);
        foreach ((string name, Func<RelayMeasurement, double> value, _) in _figures)
        {
            medians.Add(
                name, [.. names.Select(FormattableString (one) => $"{Median.Of(_rounds[one].Select(value)):N3}")]);
        }

        Console.WriteLine(medians);
        if (settings.Of.Count > 0 && settings.Against.Count > 0)
        {
            PrintRatios(settings.Against[0]);
        }
    }

    private void PrintRatios(string peer)
    {
        var ratios = new TextTable([.. settings.Of, "limit"]);
        foreach ((string name, Func<RelayMeasurement, double> value, string limit) in _figures)
        {
            ratios.Add(
                name,
                [.. settings.Of.Select(FormattableString (one) => $"{Ratio(one, peer, value):N2}"), $"{limit}"]);
        }

        Print($"\nratios to {peer}\n");
        Console.WriteLine(ratios);
    }

    /// <summary>Compares two relays by round, because they share the state of the machine.</summary>
    private double Ratio(string name, string peer, Func<RelayMeasurement, double> value) =>
        Median.Of(_rounds[name].Zip(_rounds[peer], (one, other) => value(one) / value(other)));

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
