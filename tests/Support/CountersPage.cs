namespace ProxyHelper.TestSupport;

/// <summary>Reads docs/reference/counters.md, which describes each counter.</summary>
public static class CountersPage
{
    /// <summary>Gets the rows about the helper.</summary>
    public static IReadOnlyList<CounterRow> Helper { get; } = Read("## The helper");

    /// <summary>Gets the rows about the relay.</summary>
    public static IReadOnlyList<CounterRow> Relay { get; } = Read("## The relay");

    /// <summary>Returns the names of the metrics, with their labels.</summary>
    public static IEnumerable<string> Metrics(IEnumerable<CounterRow> rows) =>
        rows.Select(row => row.Metric).Where(metric => metric.Length > 0);

    private static CounterRow[] Read(string heading)
    {
        IEnumerable<string[]> rows = File.ReadLines(Path.Combine(Repository.Root, "docs/reference/counters.md"))
            .SkipWhile(line => line != heading)
            .SkipWhile(line => !line.StartsWith("| ---", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries));
        return [.. rows.Select(cells => new CounterRow(cells[1], cells[2].Trim('`')))];
    }
}

/// <summary>Represents a counter of the page.</summary>
/// <param name="Property">The property of the job, or an empty text.</param>
/// <param name="Metric">The metric with its label, or an empty text.</param>
public sealed record CounterRow(string Property, string Metric);
