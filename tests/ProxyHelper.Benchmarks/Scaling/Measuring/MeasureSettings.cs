namespace ProxyHelper.Benchmarks.Scaling.Measuring;

/// <summary>Represents the options of the measurement of the constants.</summary>
/// <param name="Entries">The number of entries in the largest table.</param>
/// <param name="Rounds">The number of rounds.</param>
/// <param name="Buckets">The value of nf_conntrack_buckets during the measurement, or null to keep the value.</param>
/// <param name="Daemon">The path of the daemon, or null to compile the daemon.</param>
internal sealed record MeasureSettings(int Entries, int Rounds, int? Buckets, string? Daemon)
{
    /// <summary>The description of the options.</summary>
    public const string Usage = """
        ProxyHelper.Benchmarks scaling measure [OPTION VALUE]...
          --entries N      entries in the largest table (1000000)
          --rounds N       the number of rounds (3)
          --buckets N      nf_conntrack_buckets of the host during the measurement (unchanged)
          --daemon PATH    a compiled daemon (by default the daemon is compiled first)
        """;

    // A smaller table than the first one shows the cost of start and page faults, not the cost of an entry.
    private static readonly int[] _sizes = [10_000, 100_000];

    /// <summary>Gets the numbers of entries that are measured, in ascending order.</summary>
    public IReadOnlyList<int> Sizes => [.. _sizes.Where(size => size < Entries), Entries];

    /// <summary>Reads the options.</summary>
    /// <exception cref="FormatException">Thrown when an option is invalid. The message names it.</exception>
    public static MeasureSettings Parse(IReadOnlyList<string> words)
    {
        var options = new Options(words);
        int buckets = options.TakeNumber("--buckets", 1024, 1 << 24, 0);
        var settings = new MeasureSettings(
            options.TakeNumber("--entries", 1000, 1_000_000, 1_000_000),
            options.TakeNumber("--rounds", 1, 100, 3),
            buckets == 0 ? null : buckets,
            options.TakeText("--daemon"));
        options.End();
        return settings;
    }
}
