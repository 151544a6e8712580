namespace ProxyHelper.Benchmarks.Listings;

/// <summary>Represents the options of the listing benchmark.</summary>
/// <param name="Entries">The number of entries in the table.</param>
/// <param name="Rounds">The number of rounds.</param>
internal sealed record ListingSettings(int Entries, int Rounds)
{
    /// <summary>The description of the options.</summary>
    public const string Usage = """
        ProxyHelper.Benchmarks listing [OPTION VALUE]...
          --entries N      entries in the conntrack table (1000000)
          --rounds N       the number of rounds (5)
        """;

    /// <summary>Reads the options.</summary>
    /// <exception cref="FormatException">Thrown when an option is invalid. The message names it.</exception>
    public static ListingSettings Parse(IReadOnlyList<string> words)
    {
        var options = new Options(words);
        var settings = new ListingSettings(
            options.TakeNumber("--entries", 1, RouterFlow.Max, 1_000_000),
            options.TakeNumber("--rounds", 1, 1000, 5));
        options.End();
        return settings;
    }
}
