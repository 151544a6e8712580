using System.Net;
using ProxyHelper.Daemon.Configuration;
using ProxyHelper.Server;
using ProxyHelper.Sources;

namespace ProxyHelper.Daemon.Helper;

/// <summary>Finds what no helper can start with.</summary>
/// <param name="settings">The settings.</param>
/// <param name="values">The values that the settings come from, with their places.</param>
internal sealed class HelperSettingsCheck(HelperSettings settings, SettingValues<HelperSettings> values)
    : SettingsCheck<HelperSettings>(settings, values)
{
    /// <inheritdoc/>
    protected override SettingsFault? FindOwnFault() =>
        FindSourceFault() ?? FindAddressFault() ?? FindPortFault()
        ?? FindPrefixFault("allow", AnswerRules.MaxPrefixes) ?? FindPrefixFault("trust", AnswerRules.MaxPrefixes);

    /// <inheritdoc/>
    protected override void Validate()
    {
        Settings.Listen.Validate();
        Settings.Rules.Validate();
    }

    private SettingsFault? FindSourceFault() =>
        Settings.Table is not null && Settings.ResolverCommand.Count > 0
            ? FaultOf("table", "table and resolver-command are both set. Remove one of these settings.")
        : Settings.Table is null && Values.Of("table-max-age").Any()
            ? FaultOf("table-max-age", "table-max-age has no effect without table. Set table, or remove the setting.")
        : Settings.ResolverCommand.Count > 0
            && CommandTemplate.FindFault(Settings.ResolverCommand) is { } fault
            ? FaultOf("resolver-command", fault)
            : null;

    private SettingsFault? FindAddressFault()
    {
        if (Settings.Listen.InheritedSockets.Count > 0)
        {
            return null; // the addresses have no effect
        }

        if (FindValueFault<IPAddress>("address", address => Host.FindListenFault([address])) is { } fault)
        {
            return fault;
        }

        SettingValue<HelperSettings> extra = Settings.Listen.Addresses.Any(address => address.Equals(IPAddress.Any))
            ? Values.Of("address").FirstOrDefault(address => !IPAddress.Any.Equals(address.Value))
            : default;
        return extra.Setting is not null
            ? extra.ToFault($"0.0.0.0 already includes {extra.Value}. Remove one of these addresses.")
            : null;
    }

    private SettingsFault? FindPortFault()
    {
        ListenOptions listen = Settings.Listen;
        if (Settings.Metrics is not { } metrics)
        {
            return null;
        }

        if (Host.FindListenFault([metrics.Address]) is { } fault)
        {
            return FaultOf("metrics", fault);
        }

        bool isTaken = listen.InheritedSockets.Count == 0 && metrics.Port == listen.TcpPort
            && listen.Addresses.Any(address => Overlap(address, metrics.Address));
        return isTaken
            ? FaultOf("metrics", $"tcp-port is the same port of {metrics.Address}. Use another port.")
            : null;
    }
}
