using System.Diagnostics.CodeAnalysis;
using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.Sources;

namespace ProxyHelper.Daemon;

/// <summary>Represents the values of all settings.</summary>
internal sealed record Settings
{
    /// <summary>Gets where the helper listens. A restart is needed to change it.</summary>
    public ListenOptions Listen { get; init; } = new() { Addresses = [] };

    /// <summary>Gets the rules for answers. The secret of <see cref="SecretFile"/> is not among them.</summary>
    public AnswerRules Rules { get; init; } = new();

    /// <summary>Gets the path of the file that holds the secret, or null.</summary>
    public string? SecretFile { get; init; }

    /// <summary>Gets the path of the PID file, or null.</summary>
    public string? PidFile { get; init; }

    /// <summary>
    /// Gets the words of the command that looks connections up. The list is empty if there is no such command.
    /// </summary>
    public IReadOnlyList<string> ResolverCommand { get; init; } = [];

    /// <summary>Gets the path of the file that connections are looked up in, or null.</summary>
    public string? Table { get; init; }

    /// <summary>Gets the maximum age of the table. An older table gives no answer.</summary>
    public TimeSpan TableMaxAge { get; init; } = TableResolver.DefaultMaxAge;

    /// <summary>Gets whether connections are looked up in the kernel.</summary>
    public bool UsesKernel => Table is null && ResolverCommand.Count == 0;

    /// <summary>Gets the name of the user that the process becomes, or null.</summary>
    public string? User { get; init; }

    /// <summary>Gets the address and TCP port of the counters, or null.</summary>
    public IPEndPoint? Metrics { get; init; }

    /// <summary>
    /// Gets the source ports that the other router of a pair assigns, or null. Only the check uses them.
    /// </summary>
    public PortRange? PeerPorts { get; init; }

    /// <summary>Reads settings from the command line and the configuration file. This method does not throw.</summary>
    /// <param name="arguments">The values on the command line, which replace those in the file.</param>
    /// <param name="file">The configuration file, or null.</param>
    /// <param name="inheritedSockets">The descriptors of the inherited sockets.</param>
    /// <param name="settings">The settings, or null.</param>
    /// <param name="faults">The faults. The list is empty if the method returns true.</param>
    public static bool TryParse(
        SettingValues arguments,
        ConfigurationFile? file,
        IReadOnlyList<int> inheritedSockets,
        [NotNullWhen(true)] out Settings? settings,
        out IReadOnlyList<SettingsFault> faults)
    {
        SettingValues values = file?.Parse() ?? new SettingValues(isFile: true);
        settings = null;
        faults = [.. arguments.Faults, .. values.Faults];
        if (faults.Count > 0)
        {
            return false;
        }

        var start = new Settings { Listen = new ListenOptions { Addresses = [], InheritedSockets = inheritedSockets } };
        SettingValues all = values.OverriddenBy(arguments);
        Settings complete = all.ApplyTo(start);
        if (new SettingsCheck(complete, all).FindFault(file?.Path) is { } fault)
        {
            faults = [fault];
            return false;
        }

        settings = complete;
        return true;
    }

    /// <summary>Returns the rules for answers with the secret of <see cref="SecretFile"/>, if there is one.</summary>
    /// <exception cref="IOException">Thrown when the secret file cannot be read or is rejected.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this user may not read the secret file.</exception>
    public AnswerRules ReadRules() =>
        SecretFile is not null ? Rules with { Secret = ReadSecret(SecretFile) } : Rules;

    /// <summary>Opens the resolver, if the settings name one.</summary>
    /// <returns>The resolver, or null for the kernel.</returns>
    /// <exception cref="IOException">Thrown when the table or the program cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this user may not read the table.</exception>
    public MappingResolver? OpenResolver()
    {
        try
        {
            return Table is not null ? TableResolver.Open(Table, TableMaxAge)
                : ResolverCommand.Count > 0 ? new CommandResolver(ResolverCommand)
                : null;
        }
        catch (FileNotFoundException failure)
        {
            string name = Table is null ? "resolver-command" : "table";
            throw new IOException($"--{name}: {failure.Message}", failure);
        }
    }

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
            throw new IOException(
                $"--secret-file: there is no file '{path}'. To write the number into a new file, run "
                + $"{Access.SecretFile.CreationCommand(path)} and type the number, Enter and Ctrl+D.",
                failure);
        }
    }
}
