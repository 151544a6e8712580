namespace ProxyHelper.Daemon;

/// <summary>Represents the values of settings from one source, and the faults in that source.</summary>
/// <param name="isFile">Whether the source is the configuration file.</param>
internal sealed class SettingValues(bool isFile)
{
    private readonly List<(Setting Setting, SettingsChange Change)> _values = [];
    private readonly List<SettingsFault> _faults = [];

    /// <summary>Gets the faults in the order in which they were found.</summary>
    public IReadOnlyList<SettingsFault> Faults => _faults;

    /// <summary>Adds a fault.</summary>
    public void AddFault(string message) => _faults.Add(new SettingsFault(message, isFile));

    /// <summary>Reads the text of a value. An invalid text becomes a fault.</summary>
    /// <param name="place">The option, or the file and the line.</param>
    /// <param name="setting">The setting.</param>
    /// <param name="text">The text.</param>
    public void Read(string place, Setting setting, string text)
    {
        if (setting.Read(text, out SettingsChange change) is { } fault)
        {
            AddFault($"{place}: {fault}");
        }
        else
        {
            _values.Add((setting, change));
        }
    }

    /// <summary>Returns these values without the settings that another source has.</summary>
    public SettingValues Without(SettingValues other)
    {
        HashSet<Setting> others = [.. other._values.Select(value => value.Setting)];
        var rest = new SettingValues(isFile);
        rest._values.AddRange(_values.Where(value => !others.Contains(value.Setting)));
        return rest;
    }

    /// <summary>Returns settings with these values.</summary>
    public Settings ApplyTo(Settings settings) =>
        _values.Aggregate(settings, (current, value) => value.Change(current));
}
