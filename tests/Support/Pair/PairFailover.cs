using System.Diagnostics;

namespace ProxyHelper.TestSupport.Pair;

/// <summary>Measures what users and the proxy see of a failure.</summary>
/// <param name="laboratory">The laboratory, whose queries run.</param>
/// <param name="promised">
/// The connections whose entries both routers have when the failure comes. Nothing is promised about others.
/// </param>
internal sealed class PairFailover(PairLaboratory laboratory, IReadOnlyCollection<MailConnection> promised)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    /// <summary>Measures a failure that comes when both routers know all connections.</summary>
    public PairFailover(PairLaboratory laboratory)
        : this(laboratory, laboratory.Traffic.Connections)
    {
    }

    /// <summary>Makes a failure, and waits until the other router serves each connection.</summary>
    /// <param name="target">The router that takes over.</param>
    /// <param name="fail">The failure.</param>
    public Task<PairFigures> RunAsync(PairedRouter target, Action fail) => RunAsync(target, () =>
    {
        fail();
        return Task.CompletedTask;
    });

    /// <summary>Makes a failure that takes some time.</summary>
    /// <param name="target">The router that takes over.</param>
    /// <param name="fail">The failure.</param>
    public async Task<PairFigures> RunAsync(PairedRouter target, Func<Task> fail)
    {
        using var watch = new TakeoverWatch(target, promised.Count);
        long start = Stopwatch.GetTimestamp();
        Task failure = fail();
        Task<int> stalled = MailTraffic.CountDeadAsync(promised, _limit);
        Task<long> resumed = stalled.ContinueWith(_ => Stopwatch.GetTimestamp(), TaskScheduler.Default);
        await Until.HoldsAsync($"router {target.Name} has the address", () => watch.Moved > 0).ConfigureAwait(false);
        await laboratory.Queries.AwaitAsync(Verdict.Right, promised, watch.Moved).ConfigureAwait(false);
        await failure.ConfigureAwait(false);
        await stalled.ConfigureAwait(false);

        // Once more, because the old router may have forwarded the lines until now. A stalled connection counts again.
        PairFigures figures = Count(await MailTraffic.CountDeadAsync(promised, _limit).ConfigureAwait(false));
        long first = laboratory.Queries.Queries
            .Where(query => query.Sent >= watch.Moved && query.Verdict == Verdict.Right).Min(query => query.Answered);
        return figures with
        {
            Moved = watch.Moved,
            AddressMoved = Stopwatch.GetElapsedTime(start, watch.Moved),
            FirstRightReply = Stopwatch.GetElapsedTime(start, first),
            LastResumed = Stopwatch.GetElapsedTime(start, await resumed.ConfigureAwait(false)),
            Hole = watch.Committed > watch.Moved ? Stopwatch.GetElapsedTime(watch.Moved, watch.Committed) : null,
        };
    }

    /// <summary>Waits until each connection works, and counts the replies up to now.</summary>
    public async Task<PairFigures> CheckAsync()
    {
        await laboratory.Queries.AwaitAsync(Verdict.Right, promised, Stopwatch.GetTimestamp()).ConfigureAwait(false);
        return Count(await MailTraffic.CountDeadAsync(promised, _limit).ConfigureAwait(false));
    }

    private PairFigures Count(int dead)
    {
        SentQuery[] queries = laboratory.Queries.Queries;
        HashSet<MailConnection> known = [.. promised];
        return new PairFigures
        {
            Wrong = queries.Count(query => query.Verdict == Verdict.Wrong),
            NotFound = queries.Count(query => query.Verdict == Verdict.NotFound && known.Contains(query.Connection)),
            Dead = dead,
            Disagreeing = PairTables.CountDisagreeing(laboratory.A, laboratory.B),
        };
    }
}
