using System.Globalization;
using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Server;

namespace ProxyHelper.Daemon.Configuration;

/// <summary>
/// Finds what no daemon can start with, although each value has the right form. A fault names the option, or the file
/// and the line.
/// </summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
/// <param name="settings">The settings.</param>
/// <param name="values">The values that the settings come from, with their places.</param>
internal abstract class SettingsCheck<TSettings>(TSettings settings, SettingValues<TSettings> values)
    where TSettings : ProcessSettings
{
    /// <summary>Gets the addresses of this host.</summary>
    protected HostAddresses Host { get; } = HostAddresses.Read();

    /// <summary>Gets the settings.</summary>
    protected TSettings Settings { get; } = settings;

    /// <summary>Gets the values that the settings come from.</summary>
    protected SettingValues<TSettings> Values { get; } = values;

    /// <summary>Returns the first fault, or null.</summary>
    /// <param name="configuration">The path of the configuration file, or null.</param>
    public SettingsFault? FindFault(string? configuration) =>
        FindFileFault(configuration) ?? FindSecretFault() ?? FindUserFault() ?? FindOwnFault() ?? FindOtherFault();

    /// <summary>Returns whether sockets of two addresses can get the same packets.</summary>
    protected static bool Overlap(IPAddress left, IPAddress right) =>
        left.Equals(right) || left.Equals(IPAddress.Any) || right.Equals(IPAddress.Any);

    /// <summary>Returns the first fault in the settings that only this command has, or null.</summary>
    protected abstract SettingsFault? FindOwnFault();

    /// <summary>Checks what the service would refuse, such as no address at all.</summary>
    /// <exception cref="ArgumentException">Thrown when a setting is invalid.</exception>
    protected abstract void Validate();

    /// <summary>Returns a fault with the place of the last value of a setting.</summary>
    protected SettingsFault FaultOf(string name, string message) => Values.Of(name).Last().ToFault(message);

    /// <summary>Returns the fault of the first value of a setting that has one, or null.</summary>
    protected SettingsFault? FindValueFault<T>(string name, Func<T, string?> find)
    {
        foreach (SettingValue<TSettings> value in Values.Of(name))
        {
            if (find((T)value.Value!) is { } fault)
            {
                return value.ToFault(fault);
            }
        }

        return null;
    }

    /// <summary>Returns a fault if a setting has too many values, or the fault of its first wrong address.</summary>
    protected SettingsFault? FindPrefixFault(string name, int max) =>
        FindCountFault(name, max, "prefixes")
        ?? FindValueFault<EndPointPattern>(name, prefix => Host.FindClientFault([prefix]));

    /// <summary>Returns a fault with the place of the first value that is too many, or null.</summary>
    protected SettingsFault? FindCountFault(string name, int max, string advice) =>
        Values.Of(name).Skip(max).FirstOrDefault() is { Setting: not null } extra
            ? extra.ToFault(string.Create(
                CultureInfo.InvariantCulture, $"there are more than {max} values of {name}. Use {advice}."))
            : null;

    private SettingsFault? FindFileFault(string? configuration)
    {
        if (Settings.PidFile is not { } pidFile)
        {
            return null;
        }

        string? other = Settings.SecretFile is { } secret && PidFile.IsSameFile(pidFile, secret) ? "secret-file"
            : configuration is not null && PidFile.IsSameFile(pidFile, configuration) ? "config"
            : null;
        return other is null ? null : FaultOf("pid-file", $"pid-file and {other} name the same file.");
    }

    private SettingsFault? FindSecretFault() => Settings.SecretFile is not null && Values.Of("secret").Any()
        ? FaultOf("secret", "secret and secret-file are both set. Remove one of these settings.")
        : null;

    // Other names of the user 0 are found when they are looked up. Here a name service could delay the start.
    private SettingsFault? FindUserFault() => Settings.User == "root"
        ? FaultOf("user", "the user has the rights of root (UID 0). Name another user, or remove the setting.")
        : null;

    private SettingsFault? FindOtherFault()
    {
        try
        {
            Validate();
            return null;
        }
        catch (ArgumentException failure)
        {
            return new SettingsFault(failure.Message);
        }
    }
}
