using System.Globalization;

namespace ProxyHelper.Benchmarks.Scaling.Measuring;

/// <summary>Measures the constants of <see cref="ScalingConstants"/> on this machine.</summary>
internal static class ScalingMeasurement
{
    /// <summary>Measures, and prints the medians.</summary>
    /// <returns>True. A wrong result causes an exception.</returns>
    /// <exception cref="InvalidOperationException">Thrown when a program is missing or failed.</exception>
    public static bool Run(MeasureSettings settings, CancellationToken stop)
    {
        Privilege.Require();
        using var workshop = new Workshop();
        string daemon = settings.Daemon ?? workshop.PublishDaemon();
        BenchmarkNetwork.RaiseEntryLimit(settings.Entries);
        using var buckets = new HashBuckets(settings.Buckets);
        Measurements tables = new(), connections = new();
        for (int round = 1; round <= settings.Rounds; round++)
        {
            foreach (int entries in settings.Sizes)
            {
                stop.ThrowIfCancellationRequested();
                Print($"round {round}: {entries:N0} entries, load average {LoadAverage()}");
                new TableMeasurement(entries, daemon, tables, stop).Run();
            }

            new ShortConnections(connections, stop).Run();
        }

        Print($"\nmedians of {settings.Rounds} rounds, {HashBuckets.Count:N0} buckets; B, packets, us are per entry");
        Console.WriteLine($"\n{tables.ToTable()}\n\nper short connection\n\n{connections.ToTable()}");
        return true;
    }

    private static string LoadAverage() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
