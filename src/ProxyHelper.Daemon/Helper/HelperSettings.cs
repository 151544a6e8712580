using ProxyHelper.Addresses;
using ProxyHelper.Daemon.Configuration;
using ProxyHelper.Server;
using ProxyHelper.Sources;

namespace ProxyHelper.Daemon.Helper;

/// <summary>Represents the values of all settings of the helper.</summary>
internal sealed record HelperSettings : ProcessSettings
{
    /// <summary>Gets where the helper listens. A restart is needed to change it.</summary>
    public ListenOptions Listen { get; init; } = new() { Addresses = [] };

    /// <summary>
    /// Gets the rules for answers. The secret of <see cref="ProcessSettings.SecretFile"/> is not among them.
    /// </summary>
    public AnswerRules Rules { get; init; } = new();

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

    /// <summary>
    /// Gets the source ports that the other router of a pair assigns, or null. Only the check uses them.
    /// </summary>
    public PortRange? PeerPorts { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<int> InheritedSockets => Listen.InheritedSockets;

    /// <summary>Returns the rules for answers with the secret of the secret file, if there is one.</summary>
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
}
