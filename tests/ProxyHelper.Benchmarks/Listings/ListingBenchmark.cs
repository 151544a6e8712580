namespace ProxyHelper.Benchmarks.Listings;

/// <summary>
/// Measures the listing of a large table and the look-up of its entries, and compares them with the program conntrack.
/// </summary>
internal static class ListingBenchmark
{
    /// <summary>Measures, and prints the results.</summary>
    /// <returns>True. A wrong result causes an exception.</returns>
    /// <exception cref="InvalidOperationException">
    /// Thrown when a program is missing or failed, or a listing is wrong.
    /// </exception>
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
