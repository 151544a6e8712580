namespace ProxyHelper.Benchmarks.Imports;

/// <summary>Represents the options of the import benchmark.</summary>
/// <param name="Rounds">The number of rounds.</param>
internal sealed record ImportSettings(int Rounds)
{
    /// <summary>The description of the options.</summary>
    public const string Usage = """
        ProxyHelper.Benchmarks import [OPTION VALUE]...
          --rounds N       the number of rounds (21)
        """;

    /// <summary>Reads the options.</summary>
    /// <exception cref="FormatException">Thrown when an option is invalid. The message names it.</exception>
    public static ImportSettings Parse(IReadOnlyList<string> words)
    {
        var options = new Options(words);
        var settings = new ImportSettings(options.TakeNumber("--rounds", 1, 1000, 21));
        options.End();
        return settings;
    }
}
