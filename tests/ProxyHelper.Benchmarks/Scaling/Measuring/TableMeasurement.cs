using System.Diagnostics;

namespace ProxyHelper.Benchmarks.Scaling.Measuring;

/// <summary>Measures what a number of entries costs: memory, synchronization, commit and look-ups.</summary>
internal sealed class TableMeasurement(int entries, string daemon, Measurements results, CancellationToken stop)
{
    /// <summary>Runs the measurement once, on a new pair.</summary>
    public void Run()
    {
        using var pair = new RouterPair([.. RouterFlow.LocalAddresses(entries)]);
        pair.ActiveHost.Run(() =>
        {
            using var table = new RouterTable();
            Fill(pair, table);
            Resync(pair);
            Commit(pair);
            QueryDuringCommit(pair);
            Add("query us of CPU", HelperLoad.ProcessorTimeOfQuery(entries, daemon, stop));
        });
    }

    private void Fill(RouterPair pair, RouterTable table)
    {
        SyncCounters traffic = pair.Traffic;
        long kernel = KernelMemory.ReadBytes(), active = pair.Active.Memory, standby = pair.Standby.Memory;
        double activeTime = pair.Active.Processor, standbyTime = pair.Standby.Processor;
        table.GrowTo(entries, stop);
        pair.Active.AwaitEntries("internal", entries, stop);
        pair.Standby.AwaitEntries("external", entries, stop);
        traffic = pair.Traffic - traffic;
        AddPerEntry("kernel B", KernelMemory.ReadBytes() - kernel);
        AddPerEntry("active B", pair.Active.Memory - active);
        AddPerEntry("standby B", pair.Standby.Memory - standby);
        AddPerEntry("sync B", traffic.Bytes);
        AddPerEntry("sync packets", traffic.Packets);
        AddPerEntry("active us of CPU", pair.Active.Processor - activeTime);
        AddPerEntry("standby us of CPU", pair.Standby.Processor - standbyTime);
    }

    private void Resync(RouterPair pair)
    {
        pair.Standby.Command("-f", "external");
        pair.Standby.AwaitEntries("external", 0, stop);
        SyncCounters traffic = pair.Traffic;
        long before = pair.Active.Memory, start = Stopwatch.GetTimestamp();
        pair.Standby.Command("-n");
        pair.Standby.AwaitEntries("external", entries, stop);
        Add("resync s", Stopwatch.GetElapsedTime(start).TotalSeconds);
        traffic = pair.Traffic - traffic;
        AddPerEntry("resync B", traffic.Bytes);
        AddPerEntry("resync packets", traffic.Packets);
        AddPerEntry("resend queue B", pair.Active.PeakMemory - before);
    }

    private void Commit(RouterPair pair)
    {
        double time = pair.Standby.Processor;
        Add("commit s", pair.Standby.Commit());
        Add("commit s of CPU", (pair.Standby.Processor - time) / 1e6);
    }

    /// <summary>Commits again to an empty table, and sends queries about a connection that does not exist.</summary>
    private void QueryDuringCommit(RouterPair pair)
    {
        pair.StandbyHost.Run(() =>
        {
            using var table = new RouterTable();
            table.Clear();
        });
        HelperLoad.Latency idle = HelperLoad.RunDuring(pair.StandbyHost, daemon, () => 0, stop);
        HelperLoad.Latency busy = HelperLoad.RunDuring(pair.StandbyHost, daemon, pair.Standby.Commit, stop);
        Add("idle p50 us", idle.Median);
        Add("idle p99 us", idle.Percentile99);
        Add("commit p50 us", busy.Median);
        Add("commit p99 us", busy.Percentile99);
        Add("commit max us", busy.Longest);
    }

    private void AddPerEntry(string name, double sum) => results.Add(name, entries, sum / entries);

    private void Add(string name, double value) => results.Add(name, entries, value);
}
