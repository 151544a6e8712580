using ProxyHelper.Daemon.Configuration;

namespace ProxyHelper.Daemon.Relay;

/// <summary>Represents the relay: the command "proxy-helper relay".</summary>
internal sealed class RelayCommand : DaemonCommand<RelaySettings>
{
    /// <summary>The first argument.</summary>
    public const string Word = "relay";

    /// <summary>Gets the command.</summary>
    public static RelayCommand Instance { get; } = new();

    /// <inheritdoc/>
    public override string? Name => Word;

    /// <inheritdoc/>
    public override string Description =>
        "Relays connections of a NAT router to a proxy on this host. Asks the router's helper for the original ends of "
        + "each connection, and passes them on in a header of the PROXY protocol. "
        + "Runs in the foreground. See proxy-helper-relay(8).";

    /// <inheritdoc/>
    public override string Usage =>
        "usage: proxy-helper relay --listen ADDRESS:PORT --to TARGET --router ADDRESS [OPTION...], "
        + "or proxy-helper relay -c FILE; see proxy-helper relay --help";

    /// <inheritdoc/>
    public override string Manual => "proxy-helper-relay.conf(5)";

    /// <inheritdoc/>
    public override string Unit => "proxy-helper-relay";

    /// <inheritdoc/>
    public override string ExampleLine => "router = 194.0.1.1";

    /// <inheritdoc/>
    public override string CheckHelp =>
        "Check whether the relay can start and whether the set-up is correct, and exit.";

    /// <inheritdoc/>
    public override bool NeedsNetAdmin => false;

    /// <inheritdoc/>
    public override IReadOnlyList<Setting<RelaySettings>> Settings => RelaySettingList.All;

    /// <inheritdoc/>
    public override RelaySettings WithSecret(RelaySettings settings) => settings.SecretFile is { } path
        ? settings with { Rules = settings.Rules with { Secret = settings.ReadSecret(path) } }
        : settings;

    /// <inheritdoc/>
    public override IService<RelaySettings> Open(RelaySettings settings) => new RelayService(settings);

    /// <inheritdoc/>
    public override bool Check(RelaySettings settings, TextWriter output) => RelayCheck.Run(settings, output);

    /// <inheritdoc/>
    protected override RelaySettings Create(IReadOnlyList<int> inheritedSockets)
    {
        var settings = new RelaySettings();
        return settings with { Options = settings.Options with { InheritedSockets = inheritedSockets } };
    }

    /// <inheritdoc/>
    protected override SettingsFault? FindFault(
        RelaySettings settings, SettingValues<RelaySettings> values, string? configuration) =>
        new RelaySettingsCheck(settings, values).FindFault(configuration);
}
