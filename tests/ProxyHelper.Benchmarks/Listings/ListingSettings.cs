namespace ProxyHelper.Benchmarks.Listings;

/// <summary>How much is listed, and how often.</summary>
/// <param name="Entries">How many entries the table has.</param>
/// <param name="Rounds">How often each is measured.</param>
internal sealed record ListingSettings(int Entries, int Rounds)
{
    /// <summary>How they are written.</summary>
    public const string Usage = """
        ProxyHelper.Benchmarks listing [OPTION VALUE]...
          --entries N      entries in the conntrack table (1000000)
          --rounds N       how often each is measured (5)
        """;

    /// <summary>Reads them.</summary>
    /// <exception cref="FormatException">They are not written so; the message says what is wrong.</exception>
    public static ListingSettings Parse(IReadOnlyList<string> words)
    {
        var options = new Options(words);
        var settings = new ListingSettings(
            options.TakeNumber("--entries", 1, RouterFlow.Most, 1_000_000),
            options.TakeNumber("--rounds", 1, 1000, 5));
        options.End();
        return settings;
    }
}
