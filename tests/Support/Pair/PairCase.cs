namespace ProxyHelper.TestSupport.Pair;

/// <summary>Represents a failure that the pair must survive.</summary>
/// <param name="Name">The name in tables and on the command line.</param>
/// <param name="Run">Makes the failure in a new laboratory, and returns what users and the proxy saw.</param>
internal sealed record PairCase(string Name, Func<PairLaboratory, Task<PairFigures>> Run)
{
    /// <summary>Gets all cases.</summary>
    public static IReadOnlyList<PairCase> All { get; } =
    [
        new("power-cut", PairFailures.CutPowerAsync),
        new("link-down", PairFailures.PullLinkAsync),
        new("kill-9", PairFailures.KillKeepalivedAsync),
        new("switch-over", PairFailures.SwitchOverAsync),
        new("fail-back", PairFailures.FailBackAsync),
        new("split-brain", PairFailures.SplitAsync),
        new("standby-restart", PairRestarts.RestartStandbyAsync),
        new("conntrackd-restart", PairRestarts.RestartConntrackdAsync),
        new("sync-link", PairRestarts.PullSyncLinkAsync),
        new("no-state", PairRestarts.LoseStateAsync),
        new("restart-reuse", PairReuse.RestartConntrackdAsync),
        new("switch-reuse", PairReuse.SwitchAgainAsync),
    ];

    /// <summary>Runs the case in a laboratory of its own.</summary>
    /// <param name="settings">What the laboratory is started with.</param>
    /// <param name="stop">Ends the laboratory.</param>
    public async Task<PairOutcome> RunAsync(PairSettings settings, CancellationToken stop)
    {
        try
        {
            using PairLaboratory laboratory = await PairLaboratory.StartAsync(settings, stop).ConfigureAwait(false);
            PairFigures figures = await laboratory.WithLogsAsync(Run, stop).ConfigureAwait(false);
            return new PairOutcome(figures, figures.IsAsPromised ? string.Empty : laboratory.DescribeLogs());
        }
        catch (InvalidOperationException failure)
        {
            return new PairOutcome(null, failure.Message);
        }
    }
}
