namespace ProxyHelper.TestSupport.Pair;

/// <summary>Makes the failures of <see cref="PairCase"/> in a laboratory.</summary>
internal static class PairFailures
{
    private const int More = 100; // connections that are opened in addition to those of the settings

    /// <summary>Cuts the power of the active router.</summary>
    public static Task<PairFigures> CutPowerAsync(PairLaboratory laboratory) =>
        new PairFailover(laboratory).RunAsync(laboratory.B, laboratory.A.CutPower);

    /// <summary>Pulls the users' cable of the active router while users open connections.</summary>
    public static async Task<PairFigures> PullLinkAsync(PairLaboratory laboratory)
    {
        using var arrivals = new ConnectionStream(laboratory.Traffic);
        await arrivals.AwaitAsync(More).ConfigureAwait(false);
        PairFigures figures = await new PairFailover(laboratory)
            .RunAsync(laboratory.B, laboratory.A.Cables.Users.Pull).ConfigureAwait(false);
        int failed = await arrivals.EndAsync().ConfigureAwait(false);
        figures = figures.With(await new PairFailover(laboratory).CheckAsync().ConfigureAwait(false));
        return figures with { Dead = figures.Dead + failed };
    }

    /// <summary>
    /// Kills keepalived of the active router. The router keeps its addresses and answers until keepalived starts again.
    /// </summary>
    public static async Task<PairFigures> KillKeepalivedAsync(PairLaboratory laboratory)
    {
        var failover = new PairFailover(laboratory);
        PairFigures killed = await failover.RunAsync(laboratory.B, laboratory.A.Services.KillKeepalived)
            .ConfigureAwait(false);
        await laboratory.A.StartBackupAsync().ConfigureAwait(false);
        return killed.With(await failover.CheckAsync().ConfigureAwait(false));
    }

    /// <summary>Stops keepalived of the active router.</summary>
    public static Task<PairFigures> SwitchOverAsync(PairLaboratory laboratory) =>
        new PairFailover(laboratory).RunAsync(laboratory.B, laboratory.A.Services.StopKeepalivedAsync);

    /// <summary>Switches over, starts the first router again, and switches back to this router.</summary>
    public static async Task<PairFigures> FailBackAsync(PairLaboratory laboratory)
    {
        PairFigures there = await SwitchOverAsync(laboratory).ConfigureAwait(false);
        await laboratory.A.StartBackupAsync().ConfigureAwait(false);
        await laboratory.OpenAsync(More, laboratory.A).ConfigureAwait(false);
        PairFigures back = await new PairFailover(laboratory)
            .RunAsync(laboratory.A, laboratory.B.Services.StopKeepalivedAsync).ConfigureAwait(false);
        return back.With(there);
    }

    /// <summary>
    /// Stops the advertisements between the routers, so that both are active, and heals the split. Users open
    /// connections all the time. A connection of that time is lost if the other router wins, so nothing is promised.
    /// </summary>
    public static async Task<PairFigures> SplitAsync(PairLaboratory laboratory)
    {
        var failover = new PairFailover(laboratory);
        using var arrivals = new ConnectionStream(laboratory.Traffic);
        PairFigures split = await failover.RunAsync(laboratory.B, laboratory.Network.Split).ConfigureAwait(false);
        await laboratory.B.AwaitRoleAsync("primary").ConfigureAwait(false);
        await arrivals.AwaitAsync(More).ConfigureAwait(false);
        split = split.With(await failover.CheckAsync().ConfigureAwait(false));
        laboratory.Network.Heal();
        await laboratory.B.AwaitRoleAsync("backup").ConfigureAwait(false);
        await arrivals.EndAsync().ConfigureAwait(false);
        return split.With(await failover.CheckAsync().ConfigureAwait(false));
    }
}
