using System.CommandLine;
using System.CommandLine.Help;
using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Protocol;
using ProxyHelper.Server;

namespace ProxyHelper.Daemon;

/// <summary>The options of proxy-helper: what they are called, what they take, and what --help says about them.</summary>
internal sealed class CommandLineOptions
{
    private readonly RootCommand _root = new(
        "Tells smtp-gated from the conntrack table who is behind a connection. It stays in the foreground, under systemd best. See proxy-helper(8).");

    private readonly ParserConfiguration _asTheyAre = new() { ResponseFileTokenReplacer = null };

    /// <summary>Puts them in the order in which --help shows them.</summary>
    public CommandLineOptions()
    {
        _root.Options.Clear();
        _root.Directives.Clear();
        Array.ForEach(Settings, _root.Add);
        Array.ForEach((Option[])[Configuration, Check, Version, Help, Background], _root.Add);
    }

    public Option<IPAddress[]> Addresses { get; } = OptionValue.Several(
        "--address", "-I", "ADDRESS", "Answer on this address; may be given several times. 0.0.0.0 is all of them", OptionValue.Address);

    public Option<ushort> Port { get; } = OptionValue.One("--port", "-P", "PORT", "The UDP port (114)", OptionValue.Port);

    public Option<ushort> TcpPort { get; } = OptionValue.One(
        "--tcp-port", null, "PORT", "Answer over TCP on this port, too, for smtp-gated's mode remote (0, not at all)", OptionValue.Port);

    // What was given is not repeated: it may be nearly the secret.
    public Option<uint> Secret { get; } = OptionValue.One(
        "--secret", "-s", "NUMBER", "The secret that queries must carry; all users see it in the list of processes", value =>
            OptionValue.Number(value, uint.MaxValue, "The secret is a number from 0 to 4294967295."));

    public Option<string> SecretFile { get; } = OptionValue.One(
        "--secret-file", null, "FILE", "Read the secret from a file that its owner alone may use", OptionValue.Text);

    public Option<AddressPrefix[]> Allowed { get; } = OptionValue.Several(
        "--allow", null, "ADDRESS[/BITS]", "Who may ask at all; may be given several times. Everybody if there is none", AddressPrefix.Parse);

    public Option<AddressPrefix[]> Trusted { get; } = OptionValue.Several(
        "--trust", null, "ADDRESS[/BITS]", "Who may ask about any connection, not only about its own; may be given several times", AddressPrefix.Parse);

    public Option<IdentFormat> Ident { get; } = OptionValue.One(
        "--ident", null, "FORMAT", "What a reply gives as the user's name: address (as if not given), endpoint or none", OptionValue.Ident);

    public Option<int> Rate { get; } = OptionValue.One(
        "--rate", null, "NUMBER", "How many queries each sender may ask in a second (10000); 0 for any number", value =>
            (int)OptionValue.Number(value, AnswerRules.MaxRate, $"'{value}' is not a rate."));

    public Option<TimeSpan> MaximumDelay { get; } = OptionValue.One(
        "--max-delay", null, "SECONDS", "How long a query may have waited to be answered still (1)", OptionValue.Seconds);

    public Option<int> Workers { get; } = OptionValue.One(
        "--workers", null, "NUMBER", "How many threads answer (1)", value =>
            (int)OptionValue.Number(value, ListenOptions.MaxWorkers, $"'{value}' is not a number of workers."));

    public Option<bool> AllowsAbsent { get; } = OptionValue.Flag(
        "--allow-absent-address", null, "Start also when an address is not there yet, such as at boot");

    public Option<string> User { get; } = OptionValue.One(
        "--user", "-u", "NAME", "Become this user once the sockets are open, and keep CAP_NET_ADMIN alone", OptionValue.Text);

    public Option<string> PidFile { get; } = OptionValue.One("--pid-file", "-p", "FILE", "Write the process's number there", OptionValue.Text);

    public Option<IPEndPoint> Metrics { get; } = OptionValue.One(
        "--metrics", null, "ADDRESS:PORT", "Show the counters there to Prometheus, such as on 127.0.0.1:9114", OptionValue.EndPoint);

    public Option<bool> Verbose { get; } = OptionValue.Flag("--verbose", "-v", "Write each query and its answer, too");

    public Option<string> Configuration { get; } = OptionValue.One(
        "--config", "-c", "FILE", "Read settings from a file; what is given here goes before what is there", OptionValue.Text);

    public Option<bool> Check { get; } = OptionValue.Flag("--check", null, "Say what would keep it from answering, and how to mend it; then end");

    public Option<bool> Version { get; } = OptionValue.Flag("--version", "-V", "Write the version, and end");

    public HelpOption Help { get; } = new("--help", "-h") { Description = "Write this, and end" };

    /// <summary>Those that the configuration file can have, by their long names.</summary>
    private Option[] Settings =>
    [
        Addresses, Port, TcpPort, Secret, SecretFile, Allowed, Trusted, Ident, Rate, MaximumDelay, Workers, AllowsAbsent, User, PidFile, Metrics,
        Verbose,
    ];

    /// <summary>What is not there, so that whoever tries it is told what serves in its place.</summary>
    private Option<bool> Background { get; } = OptionValue.Missing(
        "--daemonize", "-d", "It stays in the foreground: systemd keeps it there. With another init: start-stop-daemon --background, or setsid --fork.");

    /// <summary>Takes arguments apart.</summary>
    public ParseResult Parse(IReadOnlyList<string> arguments) => _root.Parse(arguments, _asTheyAre);

    /// <summary>The option that a name in the configuration file stands for, or null.</summary>
    public Option? Setting(string name) => Array.Find(Settings, option => option.Name == $"--{name}");
}
