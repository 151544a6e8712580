using System.Globalization;

namespace ProxyHelper.Benchmarks;

/// <summary>Provides a router with its flows and the proxy, in a temporary network namespace.</summary>
internal static class BenchmarkNetwork
{
    private const string EntryLimit = "/proc/sys/net/netfilter/nf_conntrack_max";

    /// <summary>
    /// Runs the body in the namespace, with a filled table. Programs that the body starts are in the namespace too.
    /// </summary>
    public static T Run<T>(int flows, Func<T> body, CancellationToken stop) => Run(
        flows,
        table =>
        {
            table.GrowTo(flows, stop);
            return body();
        });

    /// <summary>Runs the body in the namespace. The body fills the table.</summary>
    /// <param name="maxFlows">The largest number of flows.</param>
    /// <param name="body">The body.</param>
    public static T Run<T>(int maxFlows, Func<RouterTable, T> body)
    {
        RaiseEntryLimit(maxFlows);

        // A namespace and a processor belong to a thread, so the body has its own thread.
        return Task.Factory.StartNew(
            () =>
            {
                NetworkNamespace.Enter([.. RouterFlow.LocalAddresses(maxFlows)]);
                using var table = new RouterTable();
                return body(table);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).GetAwaiter().GetResult();
    }

    /// <summary>Raises nf_conntrack_max if a number of flows needs it.</summary>
    /// <remarks>
    /// All namespaces share the limit. It stays raised, because other tests on this host may rely on it.
    /// </remarks>
    public static void RaiseEntryLimit(int flows)
    {
        int needed = flows + (flows / 4);
        if (int.Parse(File.ReadAllText(EntryLimit), CultureInfo.InvariantCulture) < needed)
        {
            File.WriteAllText(EntryLimit, needed.ToString(CultureInfo.InvariantCulture));
        }
    }
}
