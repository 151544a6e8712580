namespace ProxyHelper.Benchmarks.Reading;

/// <summary>Represents the options of the reading benchmark.</summary>
/// <param name="Lines">The number of lines in each text.</param>
/// <param name="Rounds">The number of rounds.</param>
internal sealed record ReadingSettings(int Lines, int Rounds)
{
    /// <summary>The description of the options.</summary>
    public const string Usage = """
        ProxyHelper.Benchmarks reading [OPTION VALUE]...
          --lines N        lines of each text (1000000)
          --rounds N       the number of rounds (5)
        """;

    /// <summary>Reads the options.</summary>
    /// <exception cref="FormatException">Thrown when an option is invalid. The message names it.</exception>
    public static ReadingSettings Parse(IReadOnlyList<string> words)
    {
        var options = new Options(words);
        var settings = new ReadingSettings(
            options.TakeNumber("--lines", 1000, 100_000_000, 1_000_000),
            options.TakeNumber("--rounds", 1, 1000, 5));
        options.End();
        return settings;
    }
}
