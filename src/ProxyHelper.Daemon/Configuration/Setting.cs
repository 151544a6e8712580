using System.CommandLine;

namespace ProxyHelper.Daemon.Configuration;

/// <summary>Reads a value.</summary>
/// <returns>The sentence that describes the fault, or null.</returns>
internal delegate string? ValueReader<T>(string text, out T value);

/// <summary>Represents a setting: its name, its help, how its value is read and where the value goes.</summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
internal abstract class Setting<TSettings>
{
    /// <summary>Gets the name in the configuration file. On the command line, two hyphens precede the name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the short option, or null.</summary>
    public string? Alias { get; init; }

    /// <summary>Gets the word for the value in the help, or null if the option has no value.</summary>
    public string? ValueName { get; init; }

    /// <summary>Gets the description in the help.</summary>
    public required string Help { get; init; }

    /// <summary>Gets whether the value is the secret, which a file that other users can read must not hold.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Gets whether a reload applies a changed value. If not, a restart does.</summary>
    public abstract bool IsReloaded { get; }

    /// <summary>Gets whether the setting can have several values.</summary>
    public abstract bool IsRepeatable { get; }

    /// <summary>Reads a value.</summary>
    /// <param name="text">The text of the value.</param>
    /// <param name="value">The value.</param>
    /// <returns>The sentence that describes the fault, or null.</returns>
    public abstract string? Read(string text, out object? value);

    /// <summary>Returns settings with the values that were read. All values of a list come at once.</summary>
    public abstract TSettings Apply(TSettings settings, IReadOnlyList<object?> values);

    /// <summary>Returns whether the setting has the same value in two settings.</summary>
    public abstract bool HasSameValue(TSettings left, TSettings right);

    /// <summary>Returns the option for the command line.</summary>
    public Option ToOption()
    {
        string[] aliases = Alias is null ? [] : [Alias];
        Option option = ValueName is null ? new Option<bool>($"--{Name}", aliases) { Arity = ArgumentArity.ZeroOrOne }
            : IsRepeatable ? new Option<string[]>($"--{Name}", aliases) { Arity = ArgumentArity.OneOrMore }
            : new Option<string>($"--{Name}", aliases) { Arity = ArgumentArity.ExactlyOne };
        option.Description = Help;
        option.HelpName = ValueName;
        return option;
    }
}

/// <summary>Represents a setting whose values have a type.</summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
/// <typeparam name="TPart">The record inside it that holds the values.</typeparam>
/// <typeparam name="TValue">The type of a value.</typeparam>
internal abstract class TypedSetting<TSettings, TPart, TValue> : Setting<TSettings>
{
    public required SettingsPart<TSettings, TPart> Part { get; init; }

    public required ValueReader<TValue> Reader { get; init; }

    /// <inheritdoc/>
    public override bool IsReloaded => Part.IsReloaded;

    /// <inheritdoc/>
    public override string? Read(string text, out object? value)
    {
        string? fault = Reader(text, out TValue read);
        value = read;
        return fault;
    }
}

/// <summary>Represents a setting with one value.</summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
/// <typeparam name="TPart">The record inside it that holds the value.</typeparam>
/// <typeparam name="TValue">The type of the value.</typeparam>
internal sealed class SingleSetting<TSettings, TPart, TValue> : TypedSetting<TSettings, TPart, TValue>
{
    public required Func<TPart, TValue?> Get { get; init; }

    public required Func<TPart, TValue, TPart> Set { get; init; }

    /// <inheritdoc/>
    public override bool IsRepeatable => false;

    /// <inheritdoc/>
    public override TSettings Apply(TSettings settings, IReadOnlyList<object?> values) =>
        Part.Set(settings, Set(Part.Get(settings), (TValue)values[^1]!));

    /// <inheritdoc/>
    public override bool HasSameValue(TSettings left, TSettings right) =>
        EqualityComparer<TValue>.Default.Equals(Get(Part.Get(left)), Get(Part.Get(right)));
}

/// <summary>Represents a setting with a list of values.</summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
/// <typeparam name="TPart">The record inside it that holds the list.</typeparam>
/// <typeparam name="TValue">The type of a value.</typeparam>
internal sealed class RepeatableSetting<TSettings, TPart, TValue> : TypedSetting<TSettings, TPart, TValue>
{
    public required Func<TPart, IReadOnlyList<TValue>> Get { get; init; }

    public required Func<TPart, IReadOnlyList<TValue>, TPart> Set { get; init; }

    /// <inheritdoc/>
    public override bool IsRepeatable => true;

    /// <inheritdoc/>
    public override TSettings Apply(TSettings settings, IReadOnlyList<object?> values) =>
        Part.Set(settings, Set(Part.Get(settings), [.. values.Cast<TValue>()]));

    /// <inheritdoc/>
    public override bool HasSameValue(TSettings left, TSettings right) =>
        Get(Part.Get(left)).SequenceEqual(Get(Part.Get(right)));
}

/// <summary>Represents a record inside the settings.</summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
/// <typeparam name="TPart">The type of the record inside it.</typeparam>
/// <param name="Get">Returns the record.</param>
/// <param name="Set">Returns settings with another record.</param>
/// <param name="IsReloaded">Whether a reload applies the settings in the record.</param>
internal sealed record SettingsPart<TSettings, TPart>(
    Func<TSettings, TPart> Get, Func<TSettings, TPart, TSettings> Set, bool IsReloaded);
