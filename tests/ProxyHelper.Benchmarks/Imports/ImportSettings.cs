namespace ProxyHelper.Benchmarks.Imports;

/// <summary>How often the module is imported.</summary>
/// <param name="Rounds">How often each is measured.</param>
internal sealed record ImportSettings(int Rounds)
{
    /// <summary>How they are written.</summary>
    public const string Usage = """
        ProxyHelper.Benchmarks import [OPTION VALUE]...
          --rounds N       how often each is measured (21)
        """;

    /// <summary>Reads them.</summary>
    /// <exception cref="FormatException">They are not written so; the message says what is wrong.</exception>
    public static ImportSettings Parse(IReadOnlyList<string> words)
    {
        var options = new Options(words);
        var settings = new ImportSettings(options.TakeNumber("--rounds", 1, 1000, 21));
        options.End();
        return settings;
    }
}
