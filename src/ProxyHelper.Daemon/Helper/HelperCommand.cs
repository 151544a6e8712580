using ProxyHelper.Daemon.Configuration;
using ProxyHelper.Server;

namespace ProxyHelper.Daemon.Helper;

/// <summary>Represents the helper: what the daemon does without the name of a command.</summary>
internal sealed class HelperCommand : DaemonCommand<HelperSettings>
{
    /// <summary>Gets the command.</summary>
    public static HelperCommand Instance { get; } = new();

    /// <inheritdoc/>
    public override string? Name => null;

    /// <inheritdoc/>
    public override string Description =>
        "Answers smtp-gated on a NAT router: looks up in the conntrack table who opened a connection. "
        + "Runs in the foreground. See proxy-helper(8). For the relay on the host of a proxy, see proxy-helper relay "
        + "--help.";

    /// <inheritdoc/>
    public override string Usage =>
        "usage: proxy-helper -I ADDRESS [OPTION...], or proxy-helper -c FILE; see proxy-helper --help";

    /// <inheritdoc/>
    public override string Manual => "proxy-helper.conf(5)";

    /// <inheritdoc/>
    public override string Unit => "proxy-helper";

    /// <inheritdoc/>
    public override string ExampleLine => "allow = 194.0.22.9";

    /// <inheritdoc/>
    public override string CheckHelp =>
        "Check whether the daemon can start and whether the set-up is correct, and exit.";

    /// <inheritdoc/>
    public override bool NeedsNetAdmin => true;

    /// <inheritdoc/>
    public override IReadOnlyList<Setting<HelperSettings>> Settings => HelperSettingList.All;

    /// <inheritdoc/>
    public override HelperSettings WithSecret(HelperSettings settings) =>
        settings with { Rules = settings.ReadRules() };

    /// <inheritdoc/>
    public override IService<HelperSettings> Open(HelperSettings settings) => new HelperService(settings);

    /// <inheritdoc/>
    public override bool Check(HelperSettings settings, TextWriter output) => HelperCheck.Run(settings, output);

    /// <inheritdoc/>
    protected override HelperSettings Create(IReadOnlyList<int> inheritedSockets) =>
        new() { Listen = new ListenOptions { Addresses = [], InheritedSockets = inheritedSockets } };

    /// <inheritdoc/>
    protected override SettingsFault? FindFault(
        HelperSettings settings, SettingValues<HelperSettings> values, string? configuration) =>
        new HelperSettingsCheck(settings, values).FindFault(configuration);
}
