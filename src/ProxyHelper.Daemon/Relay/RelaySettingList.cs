using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Daemon.Configuration;
using ProxyHelper.Relay;

namespace ProxyHelper.Daemon.Relay;

/// <summary>
/// Lists the settings of the relay. The options of the command line, the names in the configuration file and the
/// settings that take effect after a restart follow from this list.
/// </summary>
internal static class RelaySettingList
{
    private static readonly SettingsPart<RelaySettings, RelayOptions> _options = new(
        settings => settings.Options, (settings, options) => settings with { Options = options }, IsReloaded: false);

    private static readonly SettingsPart<RelaySettings, RelayRules> _rules = new(
        settings => settings.Rules, (settings, rules) => settings with { Rules = rules }, IsReloaded: true);

    /// <summary>Gets the settings in the order of the help.</summary>
    public static IReadOnlyList<Setting<RelaySettings>> All { get; } =
    [
        new RepeatableSetting<RelaySettings, RelayOptions, IPEndPoint>
        {
            Name = "listen", ValueName = "ADDRESS:PORT",
            Help = "Listen on this IPv4 address and TCP port. 0.0.0.0 means all addresses. Can be repeated.",
            Part = _options, Reader = RelayValueReaders.Listen,
            Get = options => options.Listen, Set = (options, endPoints) => options with { Listen = endPoints },
        },
        new SingleSetting<RelaySettings, RelayOptions, RelayTarget>
        {
            Name = "to", ValueName = "TARGET",
            Help = "Relay to the proxy at this ADDRESS:PORT, or at the Unix socket unix:PATH.",
            Part = _options, Reader = RelayValueReaders.Target,
            Get = options => options.Target, Set = (options, target) => options with { Target = target },
        },
        new RepeatableSetting<RelaySettings, RelayRules, EndPointPattern>
        {
            Name = "router", ValueName = "ADDRESS[/BITS]",
            Help = "Relay connections of this router, and ask its helper. Reset other connections. Can be repeated.",
            Part = _rules, Reader = ValueReaders.Prefix,
            Get = rules => rules.Routers, Set = (rules, routers) => rules with { Routers = routers },
        },
        new SingleSetting<RelaySettings, RelayOptions, ushort>
        {
            Name = "port", Alias = "-P", ValueName = "PORT",
            Help = "The UDP port of the helpers. The default is 114.",
            Part = _options, Reader = ValueReaders.Port,
            Get = options => options.HelperPort, Set = (options, port) => options with { HelperPort = port },
        },
        ProcessSettingList<RelaySettings>.SecretFile,
        new SingleSetting<RelaySettings, RelayOptions, ProxyProtocol>
        {
            Name = "proxy-protocol", ValueName = "VERSION",
            Help = "The header with the original ends: v2, v1 or none. The default is v2.",
            Part = _options, Reader = RelayValueReaders.Version,
            Get = options => options.ProxyProtocol,
            Set = (options, version) => options with { ProxyProtocol = version },
        },
        new RepeatableSetting<RelaySettings, RelayRules, PortRange>
        {
            Name = "allow-port", ValueName = "PORT[-PORT]",
            Help = "Relay connections to this original port or range only. The default is all ports. Can be repeated.",
            Part = _rules, Reader = RelayValueReaders.Ports,
            Get = rules => rules.AllowedPorts, Set = (rules, ports) => rules with { AllowedPorts = ports },
        },
        .. Limits(),
        .. Times(),
        new SingleSetting<RelaySettings, RelayOptions, int>
        {
            Name = "workers", ValueName = "NUMBER",
            Help = "The number of threads that relay. The default is 1.",
            Part = _options, Reader = RelayValueReaders.Workers,
            Get = options => options.Workers, Set = (options, workers) => options with { Workers = workers },
        },
        new SingleSetting<RelaySettings, RelayOptions, bool>
        {
            Name = "allow-absent-address",
            Help = "Start although this host does not have the address yet, such as at boot.",
            Part = _options, Reader = ValueReaders.YesOrNo,
            Get = options => options.AllowAbsentAddresses,
            Set = (options, isAllowed) => options with { AllowAbsentAddresses = isAllowed },
        },
        ProcessSettingList<RelaySettings>.User("Open the sockets, then become this user without any capability."),
        ProcessSettingList<RelaySettings>.PidFile,
        ProcessSettingList<RelaySettings>.Metrics(
            "Serve the counters to Prometheus on this address and TCP port, such as 127.0.0.1:9115."),
        new SingleSetting<RelaySettings, RelayRules, bool>
        {
            Name = "verbose", Alias = "-v",
            Help = "Log each connection when it has ended.",
            Part = _rules, Reader = ValueReaders.YesOrNo,
            Get = rules => rules.LogConnections, Set = (rules, isLogged) => rules with { LogConnections = isLogged },
        },
    ];

    private static IEnumerable<Setting<RelaySettings>> Limits() =>
    [
        new SingleSetting<RelaySettings, RelayOptions, int>
        {
            Name = "max-connections", ValueName = "NUMBER",
            Help = "The largest number of open connections. Further connections wait. The default is 20000.",
            Part = _options, Reader = RelayValueReaders.Connections,
            Get = options => options.MaxConnections, Set = (options, max) => options with { MaxConnections = max },
        },
        new SingleSetting<RelaySettings, RelayRules, int>
        {
            Name = "max-connections-per-source", ValueName = "NUMBER",
            Help = "The largest number of connections of one original source. The default is 1000. 0 means no limit.",
            Part = _rules, Reader = RelayValueReaders.ConnectionsOfSource,
            Get = rules => rules.MaxConnectionsPerSource,
            Set = (rules, max) => rules with { MaxConnectionsPerSource = max },
        },
        new SingleSetting<RelaySettings, RelayOptions, int>
        {
            Name = "max-queries", ValueName = "NUMBER",
            Help = "The largest number of queries that wait for a reply. The default is 1000.",
            Part = _options, Reader = RelayValueReaders.Queries,
            Get = options => options.MaxQueries, Set = (options, max) => options with { MaxQueries = max },
        },
    ];

    private static IEnumerable<Setting<RelaySettings>> Times() =>
    [
        Time(
            "connect-timeout", "The longest time to connect to the proxy. The default is 5 seconds.",
            rules => rules.ConnectTimeout, (rules, time) => rules with { ConnectTimeout = time }),
        Time(
            "idle-timeout", "Reset a connection without a byte for this time. The default is 3600 seconds.",
            rules => rules.IdleTimeout, (rules, time) => rules with { IdleTimeout = time }),
        Time(
            "half-closed-timeout", "The same if one side has ended the connection. The default is 60 seconds.",
            rules => rules.HalfClosedTimeout, (rules, time) => rules with { HalfClosedTimeout = time }),
        new SingleSetting<RelaySettings, RelayRules, TimeSpan>
        {
            Name = "drain", ValueName = "SECONDS",
            Help = "At a stop, let connections finish for this time. The default is 30 seconds.",
            Part = _rules, Reader = RelayValueReaders.SecondsOrNone,
            Get = rules => rules.DrainTime, Set = (rules, time) => rules with { DrainTime = time },
        },
    ];

    private static SingleSetting<RelaySettings, RelayRules, TimeSpan> Time(
        string name, string help, Func<RelayRules, TimeSpan> get, Func<RelayRules, TimeSpan, RelayRules> set) => new()
        {
            Name = name, ValueName = "SECONDS", Help = help,
            Part = _rules, Reader = RelayValueReaders.Seconds, Get = get, Set = set,
        };
}
