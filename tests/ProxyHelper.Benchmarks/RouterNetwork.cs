using System.Globalization;
using ProxyHelper.TestSupport;

namespace ProxyHelper.Benchmarks;

/// <summary>A router with its flows, and the proxy beside it, in a network namespace that is gone afterwards.</summary>
internal static class RouterNetwork
{
    private const string EntryLimit = "/proc/sys/net/netfilter/nf_conntrack_max";

    /// <summary>Runs the body in it. Programs that the body starts are in it, too.</summary>
    public static T Run<T>(int flows, Func<T> body, CancellationToken stop)
    {
        RaiseEntryLimit(flows);

        // A namespace and a processor belong to a thread: this one has them for itself, and ends with them.
        return Task.Factory.StartNew(
            () =>
            {
                NetworkNamespace.Enter([.. RouterFlow.LocalAddresses(flows)]);
                using ConntrackFixture table = ConntrackFixture.Open();
                table.Add(Flows(flows, stop));
                return body();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).GetAwaiter().GetResult();
    }

    private static IEnumerable<ConntrackFlow> Flows(int count, CancellationToken stop)
    {
        for (int number = 0; number < count; number++)
        {
            stop.ThrowIfCancellationRequested();
            yield return new RouterFlow(number).ToEntry();
        }
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
