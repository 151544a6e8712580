using ProxyHelper.Access;
using ProxyHelper.Addresses;

namespace ProxyHelper.Daemon.Configuration;

/// <summary>Reads the lines of a configuration file.</summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
/// <param name="command">The command that has the settings.</param>
/// <param name="file">The configuration file.</param>
/// <param name="values">Receives the values and the faults.</param>
internal sealed class ConfigurationLines<TSettings>(
    DaemonCommand<TSettings> command, ConfigurationFile file, SettingValues<TSettings> values)
    where TSettings : ProcessSettings
{
    private const int MaxName = 60; // characters of a name in a message

    private readonly Dictionary<Setting<TSettings>, string> _places = [];

    /// <summary>Gets whether a line had the name of a setting.</summary>
    public bool HasSetting => _places.Count > 0;

    /// <summary>Reads a line that is no comment.</summary>
    /// <param name="place">The file and the line.</param>
    /// <param name="line">The text of the line.</param>
    public void Parse(string place, string line)
    {
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        string name = line[..Math.Max(equals, 0)].TrimEnd();
        if (line.Contains('\0', StringComparison.Ordinal))
        {
            values.AddFault($"{place}: the line contains a NUL character, so that the file may be damaged.");
        }
        else if (name.Length == 0)
        {
            values.AddFault($"{place}: the line must have the form NAME = VALUE, such as '{command.ExampleLine}'.");
        }
        else if (command.Find(name) is not { } setting)
        {
            string shown = PrintableText.From(name, MaxName);
            values.AddFault($"{place}: there is no setting '{shown}'. See {command.Manual}.");
        }
        else if (!_places.TryAdd(setting, place) && !setting.IsRepeatable)
        {
            values.AddFault($"{place}: '{name}' is already set in {_places[setting]}.");
        }
        else if (setting.IsSecret && file.IsPublic)
        {
            values.AddFault($"{place}: the secret is rejected: other users can read this file. "
                + $"Run '{SecretFile.RestrictionCommand(file.Path)}', or use secret-file.");
        }
        else
        {
            values.Read(place, setting, line[(equals + 1)..].TrimStart());
        }
    }
}
