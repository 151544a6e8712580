using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxyHelper.Daemon.Documents;

/// <summary>Represents what a document says about a setting.</summary>
/// <param name="Name">The name.</param>
/// <param name="Values">The sentence or the cell that states the valid values.</param>
/// <param name="Default">The words for the default.</param>
/// <param name="IsReloaded">Whether a reload applies a change.</param>
/// <param name="IsRepeatable">Whether the setting can have several values.</param>
internal sealed partial record DocumentedSetting(
    string Name, string Values, string Default, bool IsReloaded, bool IsRepeatable)
{
    /// <summary>Gets the first word of the default, such as the number without its unit.</summary>
    public string DefaultValue => Default.Split(' ', ',')[0];

    /// <summary>Gets whether the default is a value, and not the lack of a value, such as "no file".</summary>
    public bool HasDefaultValue => char.IsAsciiDigit(Default[0]) || Choices.Contains(Default);

    /// <summary>Gets the largest number of values, or null if the document states none.</summary>
    public int? MaxCount => Count().Match(Values) is { Success: true } count
        ? (int)Number(count.Groups["count"])
        : null;

    /// <summary>Gets texts that the document calls valid or invalid: the limits and their neighbours.</summary>
    public IEnumerable<(string Text, bool IsValid)> Samples
    {
        get
        {
            if (Range().Match(Values) is { Success: true } range)
            {
                long first = Number(range.Groups["first"]), last = Number(range.Groups["last"]);
                return [($"{first}", true), ($"{last}", true), ($"{first - 1}", false), ($"{last + 1}", false)];
            }

            if (RangeAboveZero().Match(Values) is { Success: true } above)
            {
                long last = Number(above.Groups["last"]);
                return [("0", false), ("0.001", true), ($"{last}", true), ($"{last + 1}", false)];
            }

            return Choices.Length == 0 ? [] : [.. Choices.Select(choice => (choice, true)), ("other", false)];
        }
    }

    private string[] Choices => Choice().Match(Values) is { Success: true } choice
        ? [.. choice.Groups["word"].Captures.Select(word => word.Value)]
        : [];

    private static long Number(Group digits) => long.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\b(?<first>\d+) to (?<last>\d+)\b", RegexOptions.ExplicitCapture)]
    private static partial Regex Range();

    [GeneratedRegex(@"\babove 0(, at most| and up to) (?<last>\d+)\b", RegexOptions.ExplicitCapture)]
    private static partial Regex RangeAboveZero();

    // Such as "v2, v1 or none" in a table, and "v2 | v1 | none" in a manual page.
    [GeneratedRegex(@"^(?<word>\w+)((, | or | \| )(?<word>\w+))+(?=$|\n)", RegexOptions.ExplicitCapture)]
    private static partial Regex Choice();

    [GeneratedRegex(@"\b(at most|up to) (?<count>\d+)( times|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Count();
}
