namespace ProxyHelper.Daemon.Configuration;

/// <summary>Represents the values of settings from one source, and the faults in that source.</summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
/// <param name="isFile">Whether the source is the configuration file.</param>
internal sealed class SettingValues<TSettings>(bool isFile)
{
    private readonly List<SettingValue<TSettings>> _values = [];
    private readonly List<SettingsFault> _faults = [];

    /// <summary>Gets the faults in the order in which they were found.</summary>
    public IReadOnlyList<SettingsFault> Faults => _faults;

    /// <summary>Adds a fault.</summary>
    public void AddFault(string message) => _faults.Add(new SettingsFault(message, isFile));

    /// <summary>Reads the text of a value. An invalid text becomes a fault.</summary>
    /// <param name="place">The option, or the file and the line.</param>
    /// <param name="setting">The setting.</param>
    /// <param name="text">The text.</param>
    public void Read(string place, Setting<TSettings> setting, string text)
    {
        if (setting.Read(text, out object? value) is { } fault)
        {
            AddFault($"{place}: {fault}");
        }
        else
        {
            _values.Add(new SettingValue<TSettings>(setting, value, place, isFile));
        }
    }

    /// <summary>Returns these values and those of another source, which come first for their settings.</summary>
    public SettingValues<TSettings> OverriddenBy(SettingValues<TSettings> other)
    {
        HashSet<Setting<TSettings>> others = [.. other._values.Select(value => value.Setting)];
        var all = new SettingValues<TSettings>(isFile);
        all._values.AddRange(_values.Where(value => !others.Contains(value.Setting)));
        all._values.AddRange(other._values);
        return all;
    }

    /// <summary>Returns the values of a setting in their order.</summary>
    public IEnumerable<SettingValue<TSettings>> Of(string name) => _values.Where(value => value.Setting.Name == name);

    /// <summary>Returns settings with these values.</summary>
    public TSettings ApplyTo(TSettings settings) => _values.GroupBy(value => value.Setting, value => value.Value)
        .Aggregate(settings, (current, values) => values.Key.Apply(current, [.. values]));
}

/// <summary>Represents a value of a setting.</summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
/// <param name="Setting">The setting.</param>
/// <param name="Value">The value that was read.</param>
/// <param name="Place">The option, or the file and the line.</param>
/// <param name="IsInFile">Whether the value is in the configuration file.</param>
internal readonly record struct SettingValue<TSettings>(
    Setting<TSettings> Setting, object? Value, string Place, bool IsInFile)
{
    /// <summary>Returns a fault with the place of this value.</summary>
    public SettingsFault ToFault(string message) => new($"{Place}: {message}", IsInFile);
}
