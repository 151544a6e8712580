namespace ProxyHelper.Benchmarks.Listings;

/// <summary>How long it takes to list a large table and to look up one of its entries, beside the program conntrack.</summary>
internal static class ListingBenchmark
{
    /// <summary>Measures, and prints what was measured.</summary>
    /// <returns>True: what is not right ends it with an exception.</returns>
    /// <exception cref="InvalidOperationException">Something is missing or failed, or entries are too few or too many.</exception>
    public static bool Run(ListingSettings settings, CancellationToken stop)
    {
        Privilege.Require();
        var report = new ListingReport(settings);
        for (int number = 1; number <= settings.Rounds; number++)
        {
            var round = new ListingRound(number, settings, report);
            BenchmarkNetwork.Run(
                settings.Entries,
                table =>
                {
                    round.Run(table, stop);
                    return true;
                });
        }

        report.Print();
        return true;
    }
}
