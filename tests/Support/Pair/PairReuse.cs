namespace ProxyHelper.TestSupport.Pair;

/// <summary>
/// Makes failures after connections have ended and other users' connections got their ports, while the other router
/// could not learn of the ends.
/// </summary>
internal static class PairReuse
{
    private const int Ended = 100; // connections

    /// <summary>Restarts conntrackd of the active router. Meanwhile, connections end.</summary>
    public static async Task<PairFigures> RestartConntrackdAsync(PairLaboratory laboratory)
    {
        await laboratory.A.Services.StopConntrackdAsync().ConfigureAwait(false);
        MailConnection[] ended = End(laboratory);
        await laboratory.A.Services.StartConntrackdAsync().ConfigureAwait(false);
        await ReuseAsync(laboratory, ended).ConfigureAwait(false);
        return await PairFailures.CutPowerAsync(laboratory).ConfigureAwait(false);
    }

    /// <summary>
    /// Switches over and back. Connections end, whose entries the kernel of the other router still has.
    /// </summary>
    public static async Task<PairFigures> SwitchAgainAsync(PairLaboratory laboratory)
    {
        await PairFailures.SwitchOverAsync(laboratory).ConfigureAwait(false);
        await laboratory.A.StartBackupAsync().ConfigureAwait(false);
        await laboratory.AwaitSynchronizedAsync(laboratory.A).ConfigureAwait(false);
        await new PairFailover(laboratory)
            .RunAsync(laboratory.A, laboratory.B.Services.StopKeepalivedAsync).ConfigureAwait(false);
        await laboratory.B.StartBackupAsync().ConfigureAwait(false);
        await ReuseAsync(laboratory, End(laboratory)).ConfigureAwait(false);
        return await PairFailures.CutPowerAsync(laboratory).ConfigureAwait(false);
    }

    /// <summary>Ends some connections. Router a forgets them at once, as if their timeouts were over.</summary>
    private static MailConnection[] End(PairLaboratory laboratory)
    {
        MailConnection[] ended = [.. laboratory.Traffic.Connections.Take(Ended)];
        laboratory.Traffic.Reset(ended);
        foreach (MailConnection connection in ended)
        {
            laboratory.A.Machine.Run(
                "conntrack", "-D", "-p", "tcp", "--reply-dst", PairedRouter.SnatAddress,
                "--reply-port-dst", $"{connection.Source.Port}");
        }

        return ended;
    }

    /// <summary>Lets another user get the ports, and waits until router b has the new entries.</summary>
    private static async Task ReuseAsync(PairLaboratory laboratory, MailConnection[] ended)
    {
        MailConnection[] later = await laboratory.Traffic.ReuseAsync(ended).ConfigureAwait(false);
        if (!ended.Select(one => one.Source).Order().SequenceEqual(later.Select(one => one.Source).Order()))
        {
            throw new InvalidOperationException("Router a did not assign the same ports again.");
        }

        await Until.HoldsAsync(
            "router b has the entries of the other user",
            () => laboratory.B.Caches.CountExternalOf(MailTraffic.OtherUser) == later.Length).ConfigureAwait(false);
        await laboratory.AwaitSynchronizedAsync(laboratory.B).ConfigureAwait(false);
    }
}
