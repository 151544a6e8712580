using System.Globalization;
using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.Sources;

namespace ProxyHelper.Daemon;

/// <summary>
/// Finds what no daemon can start with, although each value has the right form. A fault names the option, or the file
/// and the line.
/// </summary>
/// <param name="settings">The settings.</param>
/// <param name="values">The values that the settings come from, with their places.</param>
internal sealed class SettingsCheck(Settings settings, SettingValues values)
{
    private readonly HostAddresses _host = HostAddresses.Read();

    /// <summary>Returns the first fault, or null.</summary>
    /// <param name="configuration">The path of the configuration file, or null.</param>
    public SettingsFault? FindFault(string? configuration) =>
        FindFileFault(configuration) ?? FindSourceFault() ?? FindSecretFault() ?? FindUserFault() ?? FindAddressFault()
        ?? FindPortFault()
        ?? FindPrefixFault("allow", settings.Rules.AllowedProxies)
        ?? FindPrefixFault("trust", settings.Rules.TrustedClients) ?? FindOtherFault();

    private static bool Overlap(IPAddress left, IPAddress right) =>
        left.Equals(right) || left.Equals(IPAddress.Any) || right.Equals(IPAddress.Any);

    private SettingsFault? FindFileFault(string? configuration)
    {
        if (settings.PidFile is not { } pidFile)
        {
            return null;
        }

        string? other = settings.SecretFile is { } secret && PidFile.IsSameFile(pidFile, secret) ? "secret-file"
            : configuration is not null && PidFile.IsSameFile(pidFile, configuration) ? "config"
            : null;
        return other is null ? null : FaultOf("pid-file", $"pid-file and {other} name the same file.");
    }

    private SettingsFault? FindSourceFault() =>
        settings.Table is not null && settings.ResolverCommand.Count > 0
            ? FaultOf("table", "table and resolver-command are both set. A daemon uses exactly one of the two.")
        : settings.Table is null && values.Of("table-max-age").Any()
            ? FaultOf("table-max-age", "table-max-age has no effect without table. Set table, or remove the setting.")
        : settings.ResolverCommand.Count > 0
            && CommandTemplate.FindFault(settings.ResolverCommand) is { } fault
            ? FaultOf("resolver-command", fault)
            : null;

    private SettingsFault? FindSecretFault() => settings.SecretFile is not null && values.Of("secret").Any()
        ? FaultOf("secret", "secret and secret-file are both set. Remove one of the two.")
        : null;

    // Other names of the user 0 are found when they are looked up. Here a name service could delay the start.
    private SettingsFault? FindUserFault() => settings.User == "root"
        ? FaultOf("user", "the user has the rights of root (UID 0). Name another user, or remove the setting.")
        : null;

    private SettingsFault? FindAddressFault()
    {
        if (settings.Listen.InheritedSockets.Count > 0)
        {
            return null; // the addresses have no effect
        }

        if (FindValueFault<IPAddress>("address", address => _host.FindListenFault([address])) is { } fault)
        {
            return fault;
        }

        SettingValue extra = settings.Listen.Addresses.Any(address => address.Equals(IPAddress.Any))
            ? values.Of("address").FirstOrDefault(address => !IPAddress.Any.Equals(address.Value))
            : default;
        return extra.Setting is not null
            ? extra.ToFault($"0.0.0.0 already includes {extra.Value}. Remove one of the two.")
            : null;
    }

    private SettingsFault? FindPortFault()
    {
        ListenOptions listen = settings.Listen;
        if (settings.Metrics is not { } metrics)
        {
            return null;
        }

        if (_host.FindListenFault([metrics.Address]) is { } fault)
        {
            return FaultOf("metrics", fault);
        }

        bool isTaken = listen.InheritedSockets.Count == 0 && metrics.Port == listen.TcpPort
            && listen.Addresses.Any(address => Overlap(address, metrics.Address));
        return isTaken
            ? FaultOf("metrics", $"tcp-port is the same port of {metrics.Address}. Use another port.")
            : null;
    }

    private SettingsFault? FindPrefixFault(string name, IReadOnlyList<EndPointPattern> prefixes)
    {
        if (prefixes.Count > AnswerRules.MaxPrefixes)
        {
            return values.Of(name).ElementAt(AnswerRules.MaxPrefixes).ToFault(string.Create(
                CultureInfo.InvariantCulture,
                $"there are more than {AnswerRules.MaxPrefixes} values of {name}. Use prefixes."));
        }

        return FindValueFault<EndPointPattern>(name, prefix => _host.FindClientFault([prefix]));
    }

    /// <summary>Returns the fault of the first value of a setting that has one, or null.</summary>
    private SettingsFault? FindValueFault<T>(string name, Func<T, string?> find)
    {
        foreach (SettingValue value in values.Of(name))
        {
            if (find((T)value.Value!) is { } fault)
            {
                return value.ToFault(fault);
            }
        }

        return null;
    }

    /// <summary>Returns what a responder would refuse, such as no address at all.</summary>
    private SettingsFault? FindOtherFault()
    {
        try
        {
            settings.Listen.Validate();
            settings.Rules.Validate();
            return null;
        }
        catch (ArgumentException failure)
        {
            return new SettingsFault(failure.Message);
        }
    }

    private SettingsFault FaultOf(string name, string message) => values.Of(name).Last().ToFault(message);
}
