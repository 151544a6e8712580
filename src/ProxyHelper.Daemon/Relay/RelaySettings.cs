using ProxyHelper.Daemon.Configuration;
using ProxyHelper.Relay;

namespace ProxyHelper.Daemon.Relay;

/// <summary>Represents the values of all settings of the relay.</summary>
internal sealed record RelaySettings : ProcessSettings
{
    /// <summary>
    /// Gets where the relay listens and connects to. A restart is needed to change it. The check of the settings
    /// refuses options without a target.
    /// </summary>
    public RelayOptions Options { get; init; } = new() { Listen = [], Target = null! };

    /// <summary>
    /// Gets the rules for connections. The secret of <see cref="ProcessSettings.SecretFile"/> is not among them.
    /// </summary>
    public RelayRules Rules { get; init; } = new() { Routers = [] };

    /// <inheritdoc/>
    public override IReadOnlyList<int> InheritedSockets => Options.InheritedSockets;
}
