using System.Globalization;
using ProxyHelper.Tables;

namespace ProxyHelper.Benchmarks.Reading;

/// <summary>
/// Measures how fast the text of a table is read, from the recognition of its form to the last mapping, and compares
/// that with awk. Both are measured by the time of one processor, which other programs hardly change.
/// </summary>
internal static class ReadingBenchmark
{
    /// <summary>Measures, and prints the results.</summary>
    /// <returns>True. A wrong result causes an exception.</returns>
    /// <exception cref="InvalidOperationException">
    /// Thrown when a text is not read completely, or awk failed.
    /// </exception>
    public static bool Run(ReadingSettings settings, CancellationToken stop)
    {
        string folder = Directory.CreateTempSubdirectory("proxy-helper-benchmark-").FullName;
        try
        {
            Processor.Keep(Processor.OfContender);
            var report = new TextTable("reader", "awk", "ratio", "at least");
            foreach (TableText text in TableText.All)
            {
                Measure(text, Path.Combine(folder, "table"), settings, report, stop);
            }

            Print($"\n{settings.Lines:N0} lines; lines/s, medians of {settings.Rounds} rounds\n\n{report}");
            return true;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Measure(
        TableText text, string path, ReadingSettings settings, TextTable report, CancellationToken stop)
    {
        int entries = text.Write(path, settings.Lines);
        int lines = entries * text.LinesPerEntry;
        Read(path, entries); // compiles the code, and reads the file into the page cache
        double[] readers = new double[settings.Rounds];
        double[] programs = new double[settings.Rounds];
        for (int round = 0; round < settings.Rounds; round++)
        {
            stop.ThrowIfCancellationRequested();
            readers[round] = lines / Read(path, entries).TotalSeconds;
            programs[round] = lines / AwkProgram.Measure(path).TotalSeconds;
            Print($"round {round + 1}: {text.Name,-14} {readers[round],12:N0} lines/s, awk {programs[round],12:N0}");
        }

        report.Add(
            text.Name,
            $"{Median.Of(readers):N0}",
            $"{Median.Of(programs):N0}",
            $"{Median.Of(readers.Zip(programs, (reader, program) => reader / program)):N2}",
            $"{text.MinLinesPerSecond:N0}");
    }

    /// <summary>Returns the processor time of this process while it reads the file.</summary>
    private static TimeSpan Read(string path, int entries)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        int mappings = 0, faults = 0;
        using StreamReader reader = File.OpenText(path);
        var pieces = new TextPieces(reader);
        var detector = new FormatDetector();
        var rows = new List<TableRow>();
        while (pieces.MoveNext())
        {
            detector.Read(pieces.Current, pieces.EndsLine, rows);
            Count(rows, ref mappings, ref faults);
        }

        detector.Finish(rows);
        Count(rows, ref mappings, ref faults);
        TimeSpan time = Environment.CpuUsage.TotalTime - start;
        return (mappings, faults) == (entries, 0)
            ? time
            : throw new InvalidOperationException(
                $"{mappings} of {entries} entries were read, and {faults} faults were found.");
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static void Count(List<TableRow> rows, ref int mappings, ref int faults)
    {
        foreach (TableRow row in rows)
        {
            mappings += row.Mapping is null ? 0 : 1;
            faults += row.Fault is null ? 0 : 1;
        }

        rows.Clear();
    }
}
