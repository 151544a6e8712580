namespace ProxyHelper.TestSupport.Pair;

/// <summary>Makes failures of the synchronization, each followed by a power cut of the active router.</summary>
internal static class PairRestarts
{
    private const int More = 100; // connections that are opened after a fault of the synchronization

    /// <summary>
    /// Boots the standby again, and cuts the power of the active router when the standby is complete.
    /// </summary>
    public static async Task<PairFigures> RestartStandbyAsync(PairLaboratory laboratory)
    {
        laboratory.B.CutPower();
        await laboratory.BootStandbyAsync(laboratory.B).ConfigureAwait(false);
        await laboratory.AwaitSynchronizedAsync(laboratory.B).ConfigureAwait(false);
        return await PairFailures.CutPowerAsync(laboratory).ConfigureAwait(false);
    }

    /// <summary>
    /// Restarts conntrackd of the active router, and cuts the power of this router after more connections.
    /// </summary>
    public static async Task<PairFigures> RestartConntrackdAsync(PairLaboratory laboratory)
    {
        await laboratory.A.Services.StopConntrackdAsync().ConfigureAwait(false);
        await laboratory.A.Services.StartConntrackdAsync().ConfigureAwait(false);
        await laboratory.OpenAsync(More, laboratory.B).ConfigureAwait(false);
        return await PairFailures.CutPowerAsync(laboratory).ConfigureAwait(false);
    }

    /// <summary>
    /// Pulls the cable between the routers, opens connections, connects the cable and cuts the power.
    /// </summary>
    public static async Task<PairFigures> PullSyncLinkAsync(PairLaboratory laboratory)
    {
        laboratory.A.Cables.Sync.Pull();
        laboratory.B.Cables.Sync.Pull();
        await laboratory.Traffic.OpenAsync(More).ConfigureAwait(false);
        laboratory.A.Cables.Sync.Connect();
        laboratory.B.Cables.Sync.Connect();
        await laboratory.AwaitSynchronizedAsync(laboratory.B).ConfigureAwait(false);
        return await PairFailures.CutPowerAsync(laboratory).ConfigureAwait(false);
    }

    /// <summary>
    /// Pulls the cable between the routers for good, so that the standby does not know the new connections. The
    /// standby then says not found about them, and serves connections that are opened after the power cut.
    /// </summary>
    public static async Task<PairFigures> LoseStateAsync(PairLaboratory laboratory)
    {
        MailConnection[] known = laboratory.Traffic.Connections;
        laboratory.A.Cables.Sync.Pull();
        laboratory.B.Cables.Sync.Pull();
        MailConnection[] unknown = await laboratory.Traffic.OpenAsync(More).ConfigureAwait(false);
        PairFigures cut = await new PairFailover(laboratory, known)
            .RunAsync(laboratory.B, laboratory.A.CutPower).ConfigureAwait(false);
        await laboratory.Queries.AwaitAsync(Verdict.NotFound, unknown, cut.Moved).ConfigureAwait(false);
        MailConnection[] later = await laboratory.Traffic.OpenAsync(More).ConfigureAwait(false);
        return cut.With(await new PairFailover(laboratory, [.. known, .. later]).CheckAsync().ConfigureAwait(false));
    }
}
