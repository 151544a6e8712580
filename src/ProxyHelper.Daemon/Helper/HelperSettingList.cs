using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Daemon.Configuration;
using ProxyHelper.Protocol;
using ProxyHelper.Server;

namespace ProxyHelper.Daemon.Helper;

/// <summary>
/// Lists the settings of the helper. The options of the command line, the names in the configuration file and the
/// settings that take effect after a restart follow from this list.
/// </summary>
internal static class HelperSettingList
{
    private static readonly SettingsPart<HelperSettings, ListenOptions> _listen = new(
        settings => settings.Listen, (settings, listen) => settings with { Listen = listen }, IsReloaded: false);

    private static readonly SettingsPart<HelperSettings, AnswerRules> _rules = new(
        settings => settings.Rules, (settings, rules) => settings with { Rules = rules }, IsReloaded: true);

    private static readonly SettingsPart<HelperSettings, HelperSettings> _process = new(
        settings => settings, (_, settings) => settings, IsReloaded: false);

    private static readonly SettingsPart<HelperSettings, HelperSettings> _check = _process with { IsReloaded = true };

    /// <summary>Gets the settings in the order of the help.</summary>
    public static IReadOnlyList<Setting<HelperSettings>> All { get; } =
    [
        new RepeatableSetting<HelperSettings, ListenOptions, IPAddress>
        {
            Name = "address", Alias = "-I", ValueName = "ADDRESS",
            Help = "Listen on this IPv4 address. 0.0.0.0 means all addresses. Can be repeated.",
            Part = _listen, Reader = ValueReaders.Address,
            Get = options => options.Addresses, Set = (options, addresses) => options with { Addresses = addresses },
        },
        new SingleSetting<HelperSettings, ListenOptions, ushort>
        {
            Name = "port", Alias = "-P", ValueName = "PORT",
            Help = "Listen on this UDP port. The default is 114.",
            Part = _listen, Reader = ValueReaders.Port,
            Get = options => options.Port, Set = (options, port) => options with { Port = port },
        },
        new SingleSetting<HelperSettings, ListenOptions, ushort>
        {
            Name = "tcp-port", ValueName = "PORT",
            Help = "Listen on this TCP port, for smtp-gated's mode remote. The default is 0 (no TCP).",
            Part = _listen, Reader = ValueReaders.PortOrNone,
            Get = options => options.TcpPort, Set = (options, port) => options with { TcpPort = port },
        },
        new SingleSetting<HelperSettings, AnswerRules, uint>
        {
            Name = "secret", Alias = "-s", ValueName = "NUMBER", IsSecret = true,
            Help = "The secret that a query must carry. The default is 0 (none). All users can see it with ps.",
            Part = _rules, Reader = ValueReaders.Secret,
            Get = rules => rules.Secret, Set = (rules, secret) => rules with { Secret = secret },
        },
        ProcessSettingList<HelperSettings>.SecretFile,
        new RepeatableSetting<HelperSettings, AnswerRules, EndPointPattern>
        {
            Name = "allow", ValueName = "ADDRESS[/BITS]",
            Help = "Allow queries from this proxy only. The default is all proxies. Can be repeated.",
            Part = _rules, Reader = ValueReaders.Prefix,
            Get = rules => rules.AllowedProxies, Set = (rules, proxies) => rules with { AllowedProxies = proxies },
        },
        new RepeatableSetting<HelperSettings, AnswerRules, EndPointPattern>
        {
            Name = "trust", ValueName = "ADDRESS[/BITS]",
            Help = "Allow queries about all connections from this client, to find faults. Can be repeated.",
            Part = _rules, Reader = ValueReaders.Prefix,
            Get = rules => rules.TrustedClients, Set = (rules, clients) => rules with { TrustedClients = clients },
        },
        new SingleSetting<HelperSettings, AnswerRules, IdentFormat>
        {
            Name = "ident", ValueName = "FORMAT",
            Help = "The user's name in a reply: address, endpoint or none. The default is address.",
            Part = _rules, Reader = ValueReaders.Ident,
            Get = rules => rules.IdentFormat, Set = (rules, format) => rules with { IdentFormat = format },
        },
        new SingleSetting<HelperSettings, AnswerRules, int>
        {
            Name = "rate", ValueName = "NUMBER",
            Help = "The largest number of queries a second from one sender. The default is 10000. 0 means no limit.",
            Part = _rules, Reader = ValueReaders.Rate,
            Get = rules => rules.MaxQueriesPerSecond, Set = (rules, rate) => rules with { MaxQueriesPerSecond = rate },
        },
        new SingleSetting<HelperSettings, AnswerRules, TimeSpan>
        {
            Name = "max-delay", ValueName = "SECONDS",
            Help = "Drop a query that is older than this time. The default is 1 second.",
            Part = _rules, Reader = ValueReaders.Seconds,
            Get = rules => rules.MaxQueueDelay, Set = (rules, delay) => rules with { MaxQueueDelay = delay },
        },
        new SingleSetting<HelperSettings, AnswerRules, TimeSpan>
        {
            Name = "failover-grace", ValueName = "SECONDS",
            Help = "Look a query up again for this time after an address appears. The default is 3 seconds.",
            Part = _rules, Reader = ValueReaders.SecondsOrNone,
            Get = rules => rules.FailoverGrace, Set = (rules, grace) => rules with { FailoverGrace = grace },
        },
        new SingleSetting<HelperSettings, ListenOptions, int>
        {
            Name = "workers", ValueName = "NUMBER",
            Help = "The number of threads that answer over UDP. The default is 1.",
            Part = _listen, Reader = ValueReaders.Workers,
            Get = options => options.Workers, Set = (options, workers) => options with { Workers = workers },
        },
        new SingleSetting<HelperSettings, ListenOptions, bool>
        {
            Name = "allow-absent-address",
            Help = "Start although this host does not have the address yet, such as at boot.",
            Part = _listen, Reader = ValueReaders.YesOrNo,
            Get = options => options.AllowAbsentAddresses,
            Set = (options, isAllowed) => options with { AllowAbsentAddresses = isAllowed },
        },
        new RepeatableSetting<HelperSettings, HelperSettings, string>
        {
            Name = "resolver-command", ValueName = "WORD",
            Help = "Look connections up with this program, not in the kernel. Give one word of the command each time.",
            Part = _process, Reader = ValueReaders.Word,
            Get = settings => settings.ResolverCommand,
            Set = (settings, words) => settings with { ResolverCommand = words },
        },
        new SingleSetting<HelperSettings, HelperSettings, string>
        {
            Name = "table", ValueName = "FILE",
            Help = "Look connections up in this file, and not in the kernel. The file has the NAT table of a router.",
            Part = _process, Reader = ValueReaders.Text,
            Get = settings => settings.Table, Set = (settings, path) => settings with { Table = path },
        },
        new SingleSetting<HelperSettings, HelperSettings, TimeSpan>
        {
            Name = "table-max-age", ValueName = "SECONDS",
            Help = "Use no table that is older than this time. The default is 60 seconds.",
            Part = _process, Reader = ValueReaders.TableAge,
            Get = settings => settings.TableMaxAge, Set = (settings, age) => settings with { TableMaxAge = age },
        },
        ProcessSettingList<HelperSettings>.User(
            "Open the sockets, then become this user with CAP_NET_ADMIN as the only capability."),
        ProcessSettingList<HelperSettings>.PidFile,
        ProcessSettingList<HelperSettings>.Metrics(
            "Serve the counters to Prometheus on this address and TCP port, such as 127.0.0.1:9114."),
        new SingleSetting<HelperSettings, HelperSettings, PortRange?>
        {
            Name = "peer-ports", ValueName = "FIRST-LAST",
            Help = "The source ports of the other router of a pair, such as 32768-65535. Only --check uses them.",
            Part = _check, Reader = ValueReaders.Ports,
            Get = settings => settings.PeerPorts, Set = (settings, ports) => settings with { PeerPorts = ports },
        },
        new SingleSetting<HelperSettings, AnswerRules, bool>
        {
            Name = "verbose", Alias = "-v",
            Help = "Log each query and its reply.",
            Part = _rules, Reader = ValueReaders.YesOrNo,
            Get = rules => rules.LogQueries, Set = (rules, isLogged) => rules with { LogQueries = isLogged },
        },
    ];
}
