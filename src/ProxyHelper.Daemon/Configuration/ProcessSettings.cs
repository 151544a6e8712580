using System.Net;
using ProxyHelper.Linux;

namespace ProxyHelper.Daemon.Configuration;

/// <summary>Represents the settings of the process, which each command of the daemon has.</summary>
internal abstract record ProcessSettings
{
    /// <summary>Gets the path of the file that holds the secret, or null.</summary>
    public string? SecretFile { get; init; }

    /// <summary>Gets the path of the PID file, or null.</summary>
    public string? PidFile { get; init; }

    /// <summary>Gets the name of the user that the process becomes, or null.</summary>
    public string? User { get; init; }

    /// <summary>Gets the address and TCP port of the counters, or null.</summary>
    public IPEndPoint? Metrics { get; init; }

    /// <summary>Gets the descriptors of the inherited sockets.</summary>
    public abstract IReadOnlyList<int> InheritedSockets { get; }

    /// <summary>
    /// Gets whether the secret is a credential that systemd hides from this process. systemd shows the credentials of a
    /// service to its main process only, and not to the program of ExecReload=. A credential never changes before the
    /// next start.
    /// </summary>
    public bool HasHiddenCredential =>
        SecretFile is not null && Path.GetFullPath(SecretFile).StartsWith("/run/credentials/", StringComparison.Ordinal)
        && FileState.TryRead(SecretFile, followLink: true, out _) != Errno.None;

    /// <summary>Reads a secret file, which the user of <see cref="User"/> may also use.</summary>
    /// <exception cref="IOException">Thrown when the file cannot be read or is rejected.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this user may not read the file.</exception>
    public uint ReadSecret(string path)
    {
        try
        {
            return Access.SecretFile.Read(path, User is { } user ? Privileges.FindUser(user) : null);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            // The words of .NET do not name the setting.
            string advice = HasHiddenCredential
                ? "systemd makes this file. Run 'systemctl edit' for the service, and add the lines '[Service]' and "
                    + $"'LoadCredential={Path.GetFileName(path)}:FILE'."
                : $"To write the number into a new file, run {Access.SecretFile.CreationCommand(path)} and type the "
                    + "number, Enter and Ctrl+D.";
            throw new IOException($"--secret-file: there is no file '{path}'. {advice}", failure);
        }
    }
}

/// <summary>Makes the settings of the process, which each command of the daemon has.</summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
internal static class ProcessSettingList<TSettings>
    where TSettings : ProcessSettings
{
    private static readonly SettingsPart<TSettings, TSettings> _process = new(
        settings => settings, (_, settings) => settings, IsReloaded: false);

    /// <summary>Gets the secret file.</summary>
    public static Setting<TSettings> SecretFile { get; } = new SingleSetting<TSettings, TSettings, string>
    {
        Name = "secret-file", ValueName = "FILE",
        Help = "Read the secret from a file that only its owner can use.",
        Part = _process with { IsReloaded = true }, Reader = ValueReaders.Text,
        Get = settings => settings.SecretFile, Set = (settings, path) => settings with { SecretFile = path },
    };

    /// <summary>Gets the PID file.</summary>
    public static Setting<TSettings> PidFile { get; } = new SingleSetting<TSettings, TSettings, string>
    {
        Name = "pid-file", Alias = "-p", ValueName = "FILE",
        Help = "Write the process ID to this file.",
        Part = _process, Reader = ValueReaders.Text,
        Get = settings => settings.PidFile, Set = (settings, path) => settings with { PidFile = path },
    };

    /// <summary>Returns the user.</summary>
    public static Setting<TSettings> User(string help) => new SingleSetting<TSettings, TSettings, string>
    {
        Name = "user", Alias = "-u", ValueName = "NAME", Help = help,
        Part = _process, Reader = ValueReaders.Text,
        Get = settings => settings.User, Set = (settings, user) => settings with { User = user },
    };

    /// <summary>Returns the address and port of the counters.</summary>
    public static Setting<TSettings> Metrics(string help) => new SingleSetting<TSettings, TSettings, IPEndPoint>
    {
        Name = "metrics", ValueName = "ADDRESS:PORT", Help = help,
        Part = _process, Reader = ValueReaders.EndPoint,
        Get = settings => settings.Metrics, Set = (settings, endPoint) => settings with { Metrics = endPoint },
    };
}
