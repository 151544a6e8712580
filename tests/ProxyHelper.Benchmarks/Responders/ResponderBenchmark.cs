using ProxyHelper.Linux;

namespace ProxyHelper.Benchmarks.Responders;

/// <summary>Measures the rate and the latency of a responder, and compares them with programs in C.</summary>
internal static class ResponderBenchmark
{
    // For the just-in-time compiler of the module.
    private static readonly TimeSpan _longestWarmUp = TimeSpan.FromSeconds(2);

    /// <summary>Measures, and prints the results.</summary>
    /// <returns>Whether every contender gave correct replies and no wrong reply.</returns>
    /// <exception cref="InvalidOperationException">
    /// Thrown when a program is missing or failed. The message says what to do.
    /// </exception>
    public static bool Run(ResponderSettings settings, CancellationToken stop)
    {
        Privilege.Require();
        using var workshop = new Workshop();
        Contender[] contenders = [.. settings.Of.Concat(settings.Against)
            .Select(name => Make(name, settings, workshop))];
        var report = new ResponderReport(settings);
        for (int round = 1; round <= settings.Rounds; round++)
        {
            foreach (Contender contender in contenders)
            {
                stop.ThrowIfCancellationRequested();
                report.Add(round, contender.Name, Measure(contender, settings, stop));
            }
        }

        report.Print();
        return report.IsRight;
    }

    // Without a rate limit, which the load would exceed.
    private static Contender Make(string name, ResponderSettings settings, Workshop workshop) => name switch
    {
        "daemon" => new Contender(name, settings.Daemon ?? workshop.PublishDaemon(), "-I", "194.0.1.1", "--rate", "0"),
        "module" => new Contender(
            name,
            Shell.Program,
            Shell.Arguments(Path.Combine(Repository.Root, "tests/ProxyHelper.Benchmarks/Responders/module.ps1"))),
        "raw" => new Contender(name, workshop.CompilePeer(name, "gcc libc6-dev linux-libc-dev"), "194.0.1.1", "114"),
        "nfct" => new Contender(
            name,
            workshop.CompilePeer(name, "gcc libc6-dev libnetfilter-conntrack-dev", "-lnetfilter_conntrack"),
            "194.0.1.1",
            "114"),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    private static Measurement Measure(Contender contender, ResponderSettings settings, CancellationToken stop) =>
        BenchmarkNetwork.Run(
        settings.Flows,
        () =>
        {
            using RunningProgram program = contender.Start();
            using Load load = Load.Open(settings);
            try
            {
                load.Run(settings.Time < _longestWarmUp ? settings.Time : _longestWarmUp, stop);
                return new Measurement(load.Run(settings.Time, stop), ProcessState.PeakKibibytes(program.Id));
            }
            catch (LinuxException failure)
            {
                string output = program.Output.Trim();
                string words = $"{contender.Name} gives no replies ({failure.Message}). Its output:\n{output}";
                throw new InvalidOperationException(words, failure);
            }
        },
        stop);
}
