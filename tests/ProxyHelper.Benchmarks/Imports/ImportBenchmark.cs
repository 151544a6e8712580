using System.Diagnostics;
using System.Globalization;

namespace ProxyHelper.Benchmarks.Imports;

/// <summary>
/// Measures how much longer PowerShell takes to start, import and end with the module than with an empty one.
/// </summary>
internal static class ImportBenchmark
{
    private const double MaxMilliseconds = 150;

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(1);
    private static readonly string _script = Path.Combine(
        Repository.Root, "tests/ProxyHelper.Benchmarks/Imports/import.ps1");

    /// <summary>Measures, and prints the results.</summary>
    /// <returns>True. A wrong result causes an exception.</returns>
    /// <exception cref="InvalidOperationException">Thrown when an import failed.</exception>
    public static bool Run(ImportSettings settings, CancellationToken stop)
    {
        string folder = Directory.CreateTempSubdirectory("proxy-helper-benchmark-").FullName;
        try
        {
            string peer = Path.Combine(folder, "Empty.psd1");
            File.WriteAllText(peer, "@{ ModuleVersion = '1.0' }");
            Measure(Path.Combine(Repository.Root, "ProxyHelper.psd1"), peer, settings.Rounds, stop);
            return true;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Measure(string module, string peer, int rounds, CancellationToken stop)
    {
        Import(peer); // reads the files into the page cache
        Import(module);
        double[] modules = new double[rounds];
        double[] peers = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            stop.ThrowIfCancellationRequested();
            peers[round] = Import(peer);
            modules[round] = Import(module);
            Print($"round {round + 1}: module {modules[round],8:N1} ms, empty {peers[round],8:N1} ms");
        }

        // Imports that run one after the other in a round share the state of the machine, so they are compared by
        // round.
        double difference = Median.Of(modules.Zip(peers, (one, other) => one - other));
        Print($"\nmedians of {rounds} rounds\n");
        var table = new TextTable("median", "empty", "difference", "at most");
        table.Add(
            "import ms",
            $"{Median.Of(modules):N1}",
            $"{Median.Of(peers):N1}",
            $"{difference:+0.0;-0.0}",
            $"{MaxMilliseconds:+0}");
        Console.WriteLine(table);
    }

    /// <summary>Returns the milliseconds from the start of the shell to its end.</summary>
    private static double Import(string manifest)
    {
        long start = Stopwatch.GetTimestamp();
        using RunningProgram program = Shell.Start(_script, manifest);
        int status = program.WaitForExit(_limit);
        double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return status == 0 && program.Output.Contains("imported", StringComparison.Ordinal)
            ? time
            : throw new InvalidOperationException(
                $"{program.Output.Trim()}\nImport-Module {manifest} ended with {status}.");
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
