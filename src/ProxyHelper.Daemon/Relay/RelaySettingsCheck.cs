using System.Net;
using ProxyHelper.Daemon.Configuration;
using ProxyHelper.Relay;

namespace ProxyHelper.Daemon.Relay;

/// <summary>Finds what no relay can start with.</summary>
/// <param name="settings">The settings.</param>
/// <param name="values">The values that the settings come from, with their places.</param>
internal sealed class RelaySettingsCheck(RelaySettings settings, SettingValues<RelaySettings> values)
    : SettingsCheck<RelaySettings>(settings, values)
{
    private IReadOnlyList<IPEndPoint> Listen => Settings.Options.Listen;

    private bool UsesInheritedSockets => Settings.InheritedSockets.Count > 0;

    /// <inheritdoc/>
    protected override SettingsFault? FindOwnFault() =>
        FindMissing() ?? FindListenFault() ?? FindTargetFault() ?? FindMetricsFault()
        ?? FindPrefixFault("router", RelayRules.MaxEntries)
        ?? FindCountFault("allow-port", RelayRules.MaxEntries, "ranges");

    /// <inheritdoc/>
    protected override void Validate()
    {
        Settings.Options.Validate();
        Settings.Rules.Validate();
    }

    private static bool Overlap(IPEndPoint left, IPEndPoint right) =>
        left.Port == right.Port && Overlap(left.Address, right.Address);

    private SettingsFault? FindMissing() =>
        Listen.Count == 0 && !UsesInheritedSockets
            ? Missing("listen", "the address and port that routers send connections to", "194.0.22.9:9199")
        : Settings.Options.Target is null
            ? Missing("to", "the proxy that gets the connections", "unix:/run/proxy.sock")
        : Settings.Rules.Routers.Count == 0
            ? Missing("router", "the address that the router's connections come from", "194.0.1.1")
            : null;

    private static SettingsFault Missing(string name, string what, string example) =>
        new($"'{name}' is missing: {what}, such as '--{name} {example}' or '{name} = {example}' in the configuration.");

    private SettingsFault? FindListenFault()
    {
        if (UsesInheritedSockets)
        {
            return null; // the addresses have no effect
        }

        if (FindValueFault<IPEndPoint>("listen", endPoint => Host.FindListenFault([endPoint.Address])) is { } fault)
        {
            return fault;
        }

        SettingValue<RelaySettings>[] all = [.. Values.Of("listen")];
        for (int later = 1; later < all.Length; later++)
        {
            IPEndPoint endPoint = (IPEndPoint)all[later].Value!;
            if (Listen.Take(later).FirstOrDefault(earlier => Overlap(earlier, endPoint)) is { } earlier)
            {
                return all[later].ToFault($"{endPoint} overlaps with {earlier}. Remove one of these addresses.");
            }
        }

        return null;
    }

    private SettingsFault? FindTargetFault() => Settings.Options.Target.EndPoint is not { } target ? null
        : !RelayOptions.IsTargetAddress(target.Address)
            ? FaultOf("to", $"no program can have the address {target.Address}. Use another one, such as 127.0.0.1.")
        : !UsesInheritedSockets && Listen.Any(endPoint => Overlap(endPoint, target))
            ? FaultOf("to", $"{target} is an address and port of 'listen': the relay would connect to itself.")
            : null;

    private SettingsFault? FindMetricsFault()
    {
        if (Settings.Metrics is not { } metrics)
        {
            return null;
        }

        string? fault = Host.FindListenFault([metrics.Address])
            ?? (!UsesInheritedSockets && Listen.Any(endPoint => Overlap(endPoint, metrics))
                ? $"{metrics} is an address and port of 'listen'. Use another port."
                : null);
        return fault is null ? null : FaultOf("metrics", fault);
    }
}
