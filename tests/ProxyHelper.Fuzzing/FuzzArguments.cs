using System.Globalization;

namespace ProxyHelper.Fuzzing;

/// <summary>Represents the arguments of the program.</summary>
/// <param name="Target">The target; null to list them.</param>
/// <param name="IsDriven">Whether libFuzzer makes the inputs.</param>
/// <param name="Paths">Files and folders with inputs; empty for the corpus of the target.</param>
/// <param name="Time">The time for mutations; null to run the inputs unchanged.</param>
/// <param name="Seed">The seed of the mutations; null for any.</param>
internal sealed record FuzzArguments(
    IFuzzTarget? Target, bool IsDriven, IReadOnlyList<string> Paths, TimeSpan? Time, int? Seed)
{
    /// <summary>The help text.</summary>
    public const string Usage = """
        ProxyHelper.Fuzzing                                        list the targets
        ProxyHelper.Fuzzing TARGET [FILE or FOLDER...]             run these inputs, or the corpus
        ProxyHelper.Fuzzing TARGET [FILE or FOLDER...] --seconds N [--seed S]
                                                                   mutate them for N seconds;
                                                                   an input that breaks is written to crash-HASH
        ProxyHelper.Fuzzing --libfuzzer=TARGET                     take inputs from libfuzzer-dotnet
        """;

    private const string DrivenOption = "--libfuzzer="; // one word, because the driver passes only one argument
    private const int MaxSeconds = 2_000_000; // a thread can be joined for up to 24 days

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FormatException">Thrown when an argument is invalid. The message names it.</exception>
    public static FuzzArguments Parse(string[] words)
    {
        if (words.Length == 0)
        {
            return new FuzzArguments(Target: null, IsDriven: false, [], Time: null, Seed: null);
        }

        bool isDriven = words.Length == 1 && words[0].StartsWith(DrivenOption, StringComparison.Ordinal);
        string name = isDriven ? words[0][DrivenOption.Length..] : words[0];
        IFuzzTarget target = FuzzTargets.Find(name) ?? throw new FormatException($"There is no target '{name}'.");
        List<string> rest = [.. words[1..]];
        int? seconds = Take(rest, "--seconds", minimum: 1, MaxSeconds);
        int? seed = Take(rest, "--seed", int.MinValue, int.MaxValue);
        if (seed is not null && seconds is null)
        {
            throw new FormatException("--seed is for --seconds.");
        }

        return rest.Find(word => !Path.Exists(word)) is { } missing
            ? throw new FormatException($"'{missing}' is neither an option nor a file or folder.")
            : new FuzzArguments(
                target, isDriven, rest, seconds is { } number ? TimeSpan.FromSeconds(number) : null, seed);
    }

    private static int? Take(List<string> words, string option, int minimum, int maximum)
    {
        int place = words.IndexOf(option);
        if (place < 0)
        {
            return null;
        }

        string value = place + 1 < words.Count ? words[place + 1] : string.Empty;
        bool isNumber = int.TryParse(
            value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number);
        if (!isNumber || number < minimum || number > maximum)
        {
            throw new FormatException($"{option} needs a number from {minimum} to {maximum}.");
        }

        words.RemoveRange(place, 2);
        return number;
    }
}
