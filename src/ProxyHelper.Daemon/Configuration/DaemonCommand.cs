using System.Diagnostics.CodeAnalysis;

namespace ProxyHelper.Daemon.Configuration;

/// <summary>Represents a command of the daemon: its settings, its words, and the service that it runs.</summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
internal abstract class DaemonCommand<TSettings>
    where TSettings : ProcessSettings
{
    /// <summary>Gets the first argument, or null if the command needs none.</summary>
    public abstract string? Name { get; }

    /// <summary>Gets the first lines of the help.</summary>
    public abstract string Description { get; }

    /// <summary>Gets the line that follows a fault in the arguments.</summary>
    public abstract string Usage { get; }

    /// <summary>Gets the name of the manual page that describes the settings.</summary>
    public abstract string Manual { get; }

    /// <summary>Gets the name of the service in systemd.</summary>
    public abstract string Unit { get; }

    /// <summary>Gets a line of a configuration file as an example.</summary>
    public abstract string ExampleLine { get; }

    /// <summary>Gets the help of the option --check.</summary>
    public abstract string CheckHelp { get; }

    /// <summary>Gets whether the service needs CAP_NET_ADMIN after its sockets are open.</summary>
    public abstract bool NeedsNetAdmin { get; }

    /// <summary>Gets the settings in the order of the help.</summary>
    public abstract IReadOnlyList<Setting<TSettings>> Settings { get; }

    /// <summary>Returns the setting with a name, or null.</summary>
    public Setting<TSettings>? Find(string name) => Settings.FirstOrDefault(setting => setting.Name == name);

    /// <summary>Returns the names of the settings that differ and that a reload does not apply.</summary>
    public IEnumerable<string> FindRestartNeeds(TSettings running, TSettings reloaded) => Settings
        .Where(setting => !setting.IsReloaded && !setting.HasSameValue(running, reloaded))
        .Select(setting => setting.Name);

    /// <summary>
    /// Reads settings from the command line and the configuration file. This method does not throw.
    /// </summary>
    /// <param name="arguments">The values on the command line, which replace those in the file.</param>
    /// <param name="file">The configuration file, or null.</param>
    /// <param name="inheritedSockets">The descriptors of the inherited sockets.</param>
    /// <param name="settings">The settings, or null.</param>
    /// <param name="faults">The faults. The list is empty if the method returns true.</param>
    public bool TryParse(
        SettingValues<TSettings> arguments,
        ConfigurationFile? file,
        IReadOnlyList<int> inheritedSockets,
        [NotNullWhen(true)] out TSettings? settings,
        out IReadOnlyList<SettingsFault> faults)
    {
        SettingValues<TSettings> values = file?.Parse(this) ?? new SettingValues<TSettings>(isFile: true);
        settings = null;
        faults = [.. arguments.Faults, .. values.Faults];
        if (faults.Count > 0)
        {
            return false;
        }

        SettingValues<TSettings> all = values.OverriddenBy(arguments);
        TSettings complete = all.ApplyTo(Create(inheritedSockets));
        if (FindFault(complete, all, file?.Path) is { } fault)
        {
            faults = [fault];
            return false;
        }

        settings = complete;
        return true;
    }

    /// <summary>Returns settings whose rules have the secret of the secret file, if there is one.</summary>
    /// <exception cref="IOException">Thrown when the secret file cannot be read or is rejected.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this user may not read the secret file.</exception>
    public abstract TSettings WithSecret(TSettings settings);

    /// <summary>Opens the service. The settings have the secret.</summary>
    /// <exception cref="IOException">Thrown when the service cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this user may not use a file.</exception>
    public abstract IService<TSettings> Open(TSettings settings);

    /// <summary>Checks whether the service can start, and the set-up. Writes a line for each finding.</summary>
    /// <returns>Whether no check failed.</returns>
    public abstract bool Check(TSettings settings, TextWriter output);

    /// <summary>Returns settings with their defaults.</summary>
    protected abstract TSettings Create(IReadOnlyList<int> inheritedSockets);

    /// <summary>
    /// Returns the first reason for which no service can start with values that each have the right form, or null.
    /// </summary>
    protected abstract SettingsFault? FindFault(
        TSettings settings, SettingValues<TSettings> values, string? configuration);
}
