namespace ProxyHelper.Benchmarks.Listings;

/// <summary>Measures each listing once, first in a small table, then in the table with all entries.</summary>
internal sealed class ListingRound(int number, ListingSettings settings, ListingReport report)
{
    private const int FewEntries = 1000;

    /// <summary>Runs the round.</summary>
    /// <exception cref="InvalidOperationException">
    /// Thrown when a program is missing or failed, or a listing is wrong.
    /// </exception>
    public void Run(RouterTable table, CancellationToken stop)
    {
        int few = Math.Min(FewEntries, settings.Entries);
        table.GrowTo(few, stop);
        CoreListing.Whole(); // compiles the code
        MeasureLookups(Measured.SmallLookups, few);
        MeasureCmdlet(Measured.SmallCmdlet, Measured.SmallPeak, few);
        table.GrowTo(settings.Entries, stop);
        MeasureWhole(settings.Entries, stop);
        MeasureParts(settings.Entries, stop);
        report.AddStop(Measured.Stop, StreamedCmdlet.Stop());
        table.Clear();
    }

    private void MeasureWhole(int entries, CancellationToken stop)
    {
        report.Add(number, Measured.Core, CoreListing.Whole(), entries);
        stop.ThrowIfCancellationRequested();
        report.Add(number, Measured.Tool, ConntrackTool.List(), entries);
        stop.ThrowIfCancellationRequested();
        MeasureCmdlet(Measured.Cmdlet, Measured.Peak, entries);
        stop.ThrowIfCancellationRequested();
    }

    private void MeasureParts(int entries, CancellationToken stop)
    {
        string user = new RouterFlow(entries / 2).ToEntry().OriginalSource.Address.ToString();
        report.Add(number, Measured.Filter, CoreListing.OfUser(user), expected: 1);
        report.Add(number, Measured.ToolFilter, ConntrackTool.List("-s", user), expected: 1);
        stop.ThrowIfCancellationRequested();
        MeasureLookups(Measured.Lookups, entries);
        stop.ThrowIfCancellationRequested();
    }

    private void MeasureLookups(string name, int flows) => report.Add(number, name, Lookups.Run(flows), Lookups.Count);

    private void MeasureCmdlet(string name, string peakName, int entries)
    {
        (Timing timing, int peak) = StreamedCmdlet.Run();
        report.Add(number, name, timing, entries);
        report.AddPeak(peakName, peak);
    }
}
