namespace ProxyHelper.Benchmarks.Scaling;

/// <summary>Writes the tables of docs/scaling.md, and the table of one site.</summary>
internal static class ScalingReport
{
    private static readonly (string Name, Func<ScalingModel, FormattableString> Cell)[] _rows =
    [
        ("routers", model => $"{model.Routers:N0}"),
        ("entries", model => $"{model.Entries:N0}"),
        ("values", model => $"{(model.IsMeasured ? "measured" : "computed")}"),
        ("queries/s", model => $"{model.QueriesPerSecond:N0}"),
        ("queries/s of all routers", model => $"{model.AllQueriesPerSecond:N0}"),
        ("SNAT addresses", model => $"{model.SnatAddresses:N0}"),
        ("without notrack, more entries", model => $"{model.QueryEntries:N0}"),
        (string.Empty, _ => $""),
        ("kernel MiB", model => $"{model.KernelMebibytes:N1}"),
        ("helper MiB", _ => $"{ScalingConstants.HelperMebibytes:N1}"),
        ("conntrackd MiB, active", model => $"{model.ActiveMebibytes:N1}"),
        ("conntrackd MiB, standby", model => $"{model.StandbyMebibytes:N1}"),
        ("helper CPU %", model => $"{model.HelperPercent:N2}"),
        ("conntrackd CPU %, active", model => $"{model.ActivePercent:N2}"),
        ("conntrackd CPU %, standby", model => $"{model.StandbyPercent:N2}"),
        ("pairs needed by conntrackd", model => $"{model.PairsNeeded:N0}"),
        ("sync Mbit/s", model => $"{model.SyncMegabits:N2}"),
        ("sync packets/s", model => $"{model.SyncPackets:N0}"),
        ("bulk resync MiB", model => $"{model.ResyncMebibytes:N1}"),
        ("bulk resync s", model => $"{model.ResyncSeconds:N2}"),
        ("commit s", model => $"{model.CommitSeconds:N2}"),
        (string.Empty, _ => $""),
        ("nf_conntrack_max", model => $"{model.TableLimit}"),
        ("nf_conntrack_buckets", model => $"{model.Buckets}"),
        ("HashLimit", model => $"{model.HashLimit}"),
        ("HashSize", model => $"{model.HashSize}"),
        ("ResendQueueSize", model => $"{model.ResendQueueSize}"),
        ("workers", model => $"{model.Workers}"),
        ("rate", model => $"{model.Rate}"),
        ("max_per_host", model => $"{model.MaxPerHost}"),
    ];

    /// <summary>Prints the tables of the page, or the table of a site.</summary>
    /// <returns>True.</returns>
    public static bool Print(ScalingSettings settings)
    {
        Console.WriteLine(settings.Site is { } site ? Table(site) : $"{OneRouter()}\n\n{ManyRouters()}");
        return true;
    }

    /// <summary>Returns the table of one router with 1,000 to 10,000,000 entries.</summary>
    private static string OneRouter() =>
        Table([.. Powers(1000, ScalingModel.MaxEntries).Select(entries => SiteOf(routers: 1, entries))]);

    /// <summary>Returns the table of 1 to 1,000 routers that share 10,000,000 entries.</summary>
    private static string ManyRouters() =>
        Table([.. Powers(1, 1000).Select(routers => SiteOf(routers, ScalingModel.MaxEntries))]);

    private static string Table(params Site[] sites)
    {
        var table = new TextTable();
        ScalingModel[] models = [.. sites.Select(site => new ScalingModel(site))];
        foreach ((string name, Func<ScalingModel, FormattableString> cell) in _rows)
        {
            table.Add(name, [.. models.Select(cell)]);
        }

        return table.ToString();
    }

    private static Site SiteOf(int routers, int entries)
    {
        var site = new Site { Routers = routers };
        return site with { Connections = entries / (site.Duration + site.TimeWait) };
    }

    private static IEnumerable<int> Powers(int from, int to)
    {
        for (int value = from; value <= to; value *= 10)
        {
            yield return value;
        }
    }
}
