using Xunit;

namespace ProxyHelper.Daemon;

/// <summary>Reads settings as the daemon does, from arguments and from the text of a configuration file.</summary>
internal static class SettingsText
{
    public const string Path = "proxy-helper.conf";

    /// <summary>Reads a text that has no fault.</summary>
    public static Settings Read(string text, params string[] arguments)
    {
        Assert.True(TryRead(text, arguments, out Settings? settings, out string[] faults), string.Join('\n', faults));
        return settings!;
    }

    /// <summary>Reads a text that has faults.</summary>
    public static string[] ReadFaults(string text, params string[] arguments)
    {
        Assert.False(TryRead(text, arguments, out Settings? settings, out string[] faults));
        Assert.Null(settings);
        return faults;
    }

    /// <summary>Reads any text.</summary>
    public static bool TryRead(string text, string[] arguments, out Settings? settings, out string[] faults)
    {
        var values = new SettingValues(isFile: false);
        foreach (string argument in arguments)
        {
            string[] parts = argument.Split('=', 2);
            values.Read($"--{parts[0]}", SettingList.Find(parts[0])!, parts[1]);
        }

        var file = new ConfigurationFile(Path, text, IsPublic: false);
        bool isValid = Settings.TryParse(values, file, inheritedSockets: [], out settings, out var found);
        faults = [.. found.Select(fault => fault.Message)];
        return isValid;
    }
}
