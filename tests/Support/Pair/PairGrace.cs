using System.Diagnostics;

namespace ProxyHelper.TestSupport.Pair;

/// <summary>
/// Switches over while the commit of the new router waits, and notes what the helper replies to the queries of that
/// time.
/// </summary>
/// <param name="laboratory">The laboratory.</param>
internal sealed class PairGrace(PairLaboratory laboratory)
{
    private const int InTheHole = 20; // queries

    /// <summary>Switches over. The commit starts when a condition holds.</summary>
    /// <param name="isEnough">The condition, from the queries that were sent after the move of the address.</param>
    /// <returns>The queries that were sent after the move of the address and before the commit.</returns>
    public async Task<SentQuery[]> RunAsync(Func<IReadOnlyList<SentQuery>, bool> isEnough)
    {
        var gate = new PairCommitGate(laboratory.B.Machine);
        gate.CloseGate();
        using var watch = new TakeoverWatch(laboratory.B, laboratory.Traffic.Connections.Length);
        Task stopped = laboratory.A.Services.StopKeepalivedAsync();
        await Until.HoldsAsync("router b has the address", () => watch.Moved > 0).ConfigureAwait(false);
        await Until.HoldsAsync(
            "queries arrived before the commit",
            () => SentSince(watch.Moved) is { Length: > InTheHole } queries && isEnough(queries)).ConfigureAwait(false);
        long opened = Stopwatch.GetTimestamp();
        await gate.OpenGateAsync().ConfigureAwait(false);
        await laboratory.Queries.AwaitAsync(Verdict.Right, laboratory.Traffic.Connections, opened)
            .ConfigureAwait(false);
        await stopped.ConfigureAwait(false);
        return [.. SentSince(watch.Moved).Where(query => query.Sent < opened)];
    }

    private SentQuery[] SentSince(long time) => [.. laboratory.Queries.Queries.Where(query => query.Sent >= time)];
}
