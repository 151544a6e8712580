using System.Globalization;
using ProxyHelper.TestSupport.Pair;

namespace ProxyHelper.Benchmarks.Failovers;

/// <summary>Runs the cases of the failover pair several times, and prints the times and counts of each.</summary>
internal static class FailoverBenchmark
{
    /// <summary>Runs the cases, and prints the results.</summary>
    /// <returns>Whether each result was as promised.</returns>
    public static bool Run(FailoverSettings settings, CancellationToken stop)
    {
        Privilege.Require();
        using var workshop = new Workshop();
        var laboratory = new PairSettings(settings.Daemon ?? workshop.PublishDaemon())
        {
            Connections = settings.Connections,
        };
        var table = new FailoverTable(settings.Cases);
        bool isRight = true;
        for (int round = 1; round <= settings.Rounds; round++)
        {
            foreach (PairCase item in settings.Cases)
            {
                isRight &= RunOnce(round, item, laboratory, table, stop);
            }
        }

        Console.WriteLine(table);
        return isRight;
    }

    private static bool RunOnce(
        int round, PairCase item, PairSettings settings, FailoverTable table, CancellationToken stop)
    {
        PairOutcome outcome = item.RunAsync(settings, stop).GetAwaiter().GetResult();
        table.Add(item, outcome);
        Console.WriteLine($"round {round}: {item.Name,-18} {Describe(outcome)}");
        return outcome.IsAsPromised;
    }

    private static string Describe(PairOutcome outcome) => outcome is { IsAsPromised: true, Figures: { } figures }
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"address {figures.AddressMoved.TotalSeconds:N3} s, "
            + $"first right reply {figures.FirstRightReply.TotalSeconds:N3} s, "
            + $"last TCP {figures.LastResumed.TotalSeconds:N3} s, hole {figures.Hole?.TotalSeconds:N3} s")
        : $"FAILED: {outcome}";
}
