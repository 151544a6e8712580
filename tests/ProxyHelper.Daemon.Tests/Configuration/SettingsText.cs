using Xunit;

namespace ProxyHelper.Daemon.Configuration;

/// <summary>Reads settings as the daemon does, from arguments and from the text of a configuration file.</summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
/// <param name="command">The command that has the settings.</param>
internal sealed class SettingsText<TSettings>(DaemonCommand<TSettings> command)
    where TSettings : ProcessSettings
{
    public const string Path = "proxy-helper.conf";

    /// <summary>Reads a text that has no fault.</summary>
    public TSettings Read(string text, params string[] arguments)
    {
        Assert.True(TryRead(text, arguments, out TSettings? settings, out string[] faults), string.Join('\n', faults));
        return settings!;
    }

    /// <summary>Reads a text that has faults.</summary>
    public string[] ReadFaults(string text, params string[] arguments)
    {
        Assert.False(TryRead(text, arguments, out TSettings? settings, out string[] faults));
        Assert.Null(settings);
        return faults;
    }

    /// <summary>Reads a text that has one fault.</summary>
    public SettingsFault FindFault(string text, params string[] arguments)
    {
        Assert.False(TryParse(text, arguments, out _, out var faults));
        return Assert.Single(faults);
    }

    /// <summary>Reads any text.</summary>
    public bool TryRead(string text, string[] arguments, out TSettings? settings, out string[] faults)
    {
        bool isValid = TryParse(text, arguments, out settings, out var found);
        faults = [.. found.Select(fault => fault.Message)];
        return isValid;
    }

    private bool TryParse(
        string text, string[] arguments, out TSettings? settings, out IReadOnlyList<SettingsFault> faults)
    {
        var values = new SettingValues<TSettings>(isFile: false);
        foreach (string[] parts in arguments.Select(argument => argument.Split('=', 2)))
        {
            values.Read($"--{parts[0]}", command.Find(parts[0])!, parts[1]);
        }

        var file = new ConfigurationFile(Path, text, IsPublic: false);
        return command.TryParse(values, file, inheritedSockets: [], out settings, out faults);
    }
}
