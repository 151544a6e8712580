using System.Globalization;

namespace ProxyHelper.Simulation;

/// <summary>Chooses the seeds of a run.</summary>
internal static class Seeds
{
    /// <summary>The environment variable with the only seed to run.</summary>
    public const string Variable = "PROXYHELPER_SEED";

    private const string CountVariable = "PROXYHELPER_SEEDS";
    private const int DefaultCount = 10_000;

    /// <summary>Gets the only seed to run, or null.</summary>
    public static int? Only { get; } = Read(Variable);

    /// <summary>Gets the seeds: the only one, or those from 0 up to the number in PROXYHELPER_SEEDS.</summary>
    public static IEnumerable<int> Chosen => Only is { } seed
        ? [seed]
        : Enumerable.Range(0, Read(CountVariable) ?? DefaultCount);

    private static int? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
