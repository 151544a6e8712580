using System.Globalization;

namespace ProxyHelper.Benchmarks;

/// <summary>A router with its flows, and the proxy beside it, in a network namespace that is gone afterwards.</summary>
internal static class BenchmarkNetwork
{
    private const string EntryLimit = "/proc/sys/net/netfilter/nf_conntrack_max";

    /// <summary>Runs the body in it. Programs that the body starts are in it, too.</summary>
    public static T Run<T>(int flows, Func<T> body, CancellationToken stop) => Run(
        flows,
        table =>
        {
            table.GrowTo(flows, stop);
            return body();
        });

    /// <summary>Runs the body in it, which fills the table itself.</summary>
    /// <param name="mostFlows">As many as there may come to be.</param>
    /// <param name="body">What to run.</param>
    public static T Run<T>(int mostFlows, Func<RouterTable, T> body)
    {
        RaiseEntryLimit(mostFlows);

        // A namespace and a processor belong to a thread: this one has them for itself, and ends with them.
        return Task.Factory.StartNew(
            () =>
            {
                NetworkNamespace.Enter([.. RouterFlow.LocalAddresses(mostFlows)]);
                using var table = new RouterTable();
                return body(table);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).GetAwaiter().GetResult();
    }

    // The limit is one for all namespaces, and stays raised: whoever else tests on this machine may rely on it by then.
    private static void RaiseEntryLimit(int flows)
    {
        int needed = flows + (flows / 4);
        if (int.Parse(File.ReadAllText(EntryLimit), CultureInfo.InvariantCulture) < needed)
        {
            File.WriteAllText(EntryLimit, needed.ToString(CultureInfo.InvariantCulture));
        }
    }
}
