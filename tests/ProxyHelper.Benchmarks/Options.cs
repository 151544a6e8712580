using System.Globalization;
using ProxyHelper.Addresses;

namespace ProxyHelper.Benchmarks;

/// <summary>Reads options from a command line. Each option is a word and its value.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = [];

    /// <summary>Reads the words.</summary>
    /// <exception cref="FormatException">Thrown when an option has no value or is given twice.</exception>
    public Options(IReadOnlyList<string> words)
    {
        for (int i = 0; i < words.Count; i += 2)
        {
            string value = i + 1 < words.Count ? words[i + 1] : throw new FormatException($"{words[i]} needs a value.");
            if (!_values.TryAdd(words[i], value))
            {
                throw new FormatException($"{words[i]} is given twice.");
            }
        }
    }

    /// <summary>Returns the text of an option, or null if the option is not given.</summary>
    public string? TakeText(string option) => _values.Remove(option, out string? value) ? value : null;

    /// <summary>Returns the whole number of an option.</summary>
    /// <exception cref="FormatException">Thrown when the value is invalid or out of range.</exception>
    public int TakeNumber(string option, int minimum, int maximum, int otherwise)
    {
        if (TakeText(option) is not { } value)
        {
            return otherwise;
        }

        bool isNumber = NumberText.TryRead(value, out int number);
        return isNumber && number >= minimum && number <= maximum
            ? number
            : throw new FormatException($"{option} needs a number from {minimum} to {maximum}, not '{value}'.");
    }

    /// <summary>Returns the time of an option in seconds, such as 3 or 0.5.</summary>
    /// <exception cref="FormatException">Thrown when the value is invalid or out of range.</exception>
    public TimeSpan TakeSeconds(string option, double minimum, double maximum, double otherwise)
    {
        string value = TakeText(option) ?? otherwise.ToString(CultureInfo.InvariantCulture);
        bool isTime = NumberText.TryReadSeconds(value, TimeSpan.FromSeconds(maximum), out TimeSpan time);
        if (!isTime || time < TimeSpan.FromSeconds(minimum))
        {
            string bounds = string.Create(CultureInfo.InvariantCulture, $"from {minimum} to {maximum}");
            throw new FormatException($"{option} needs seconds {bounds}, not '{value}'.");
        }

        return time;
    }

    /// <summary>Returns the names of an option. Commas separate the names. "none" is an empty list.</summary>
    /// <exception cref="FormatException">Thrown when a name is unknown.</exception>
    public IReadOnlyList<string> TakeNames(string option, IReadOnlyCollection<string> known, string otherwise)
    {
        string value = TakeText(option) ?? otherwise;
        string[] names = value == "none" ? [] : [.. value.Split(',').Distinct()];
        return Array.Find(names, name => !known.Contains(name)) is { } other
            ? throw new FormatException($"{option} needs none or some of {string.Join(',', known)}, not '{other}'.")
            : names;
    }

    /// <summary>Checks that all options were read.</summary>
    /// <exception cref="FormatException">Thrown when an option is unknown.</exception>
    public void End()
    {
        if (_values.Count > 0)
        {
            throw new FormatException($"There is no option {_values.Keys.First()}.");
        }
    }
}
