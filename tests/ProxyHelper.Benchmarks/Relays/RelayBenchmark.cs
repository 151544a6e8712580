namespace ProxyHelper.Benchmarks.Relays;

/// <summary>Measures the relay next to HAProxy: connections, streams, and the memory of idle connections.</summary>
internal static class RelayBenchmark
{
    /// <summary>Measures, and prints the results.</summary>
    /// <returns>Whether no connection failed.</returns>
    /// <exception cref="InvalidOperationException">
    /// Thrown when a program is missing or failed. The message says what to do.
    /// </exception>
    public static bool Run(RelayBenchmarkSettings settings, CancellationToken stop)
    {
        Privilege.Require();
        using var workshop = new Workshop();
        var peers = new RelayPeers(workshop);
        RelayContender[] contenders = [.. settings.Of.Concat(settings.Against)
            .Select(name => Make(name, settings, workshop))];
        var report = new RelayReport(settings);
        for (int round = 1; round <= settings.Rounds; round++)
        {
            foreach (RelayContender contender in contenders)
            {
                stop.ThrowIfCancellationRequested();
                report.Add(round, contender.Name, Measure(contender, settings, peers));
            }
        }

        report.Print();
        return report.IsRight;
    }

    private static RelayContender Make(string name, RelayBenchmarkSettings settings, Workshop workshop) =>
        name switch
        {
            RelayContender.Relay => RelayContender.RelayOf(settings.Daemon ?? workshop.PublishDaemon()),
            RelayContender.WithoutQuery => RelayContender.RelayWithoutQuery(),
            RelayContender.Haproxy => RelayContender.HaproxyWith(
                workshop.WriteFile("haproxy.cfg", RelayContender.HaproxyConfiguration)),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };

    // A namespace and a processor belong to a thread.
    private static RelayMeasurement Measure(
        RelayContender contender, RelayBenchmarkSettings settings, RelayPeers peers) => Task.Factory.StartNew(
            () =>
            {
                NetworkNamespace.Enter();
                File.WriteAllText("/proc/sys/net/ipv4/ip_local_port_range", "10000 65000");
                return RelayMeasurement.Take(contender, settings, peers);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).GetAwaiter().GetResult();
}
