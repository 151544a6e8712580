using System.CommandLine;
using System.CommandLine.Help;
using ProxyHelper.Server;

namespace ProxyHelper.Daemon;

/// <summary>What the arguments and the configuration file that they name say together.</summary>
internal sealed class CommandLine
{
    private const int HelpWidth = 80; // also where it is no terminal that it is written to

    private readonly CommandLineOptions _options = new();
    private readonly string[] _arguments;
    private readonly ParseResult _given;

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="SettingsException">They do not fit; the message says how.</exception>
    public CommandLine(string[] arguments)
    {
        _arguments = arguments;
        _given = _options.Parse(arguments);
        if (_given.Errors.Count > 0 && !WantsHelp)
        {
            throw new SettingsException(_given.Errors[0].Message);
        }
    }

    /// <summary>Whether help is wanted.</summary>
    public bool WantsHelp => _given.GetResult(_options.Help) is { Implicit: false };

    /// <summary>Whether the version is wanted.</summary>
    public bool WantsVersion => _given.GetValue(_options.Version);

    /// <summary>Whether only a check is wanted.</summary>
    public bool WantsCheck => _given.GetValue(_options.Check);

    /// <summary>Writes the help.</summary>
    public void WriteHelp()
    {
        var help = (HelpAction)_options.Help.Action!;
        help.MaxWidth = HelpWidth;
        help.Invoke(_given);
    }

    /// <summary>Reads the configuration file, if there is one, and puts the arguments before what it says.</summary>
    /// <param name="inheritedSockets">Descriptors to answer on in place of addresses; none for addresses.</param>
    /// <exception cref="SettingsException">It cannot be read, or does not fit; the message says where.</exception>
    public Settings ReadSettings(IReadOnlyList<int> inheritedSockets)
    {
        string[] fromFile = _given.GetValue(_options.Configuration) is { } path ? [.. FromFile(ConfigurationFile.Read(path))] : [];
        ParseResult result = _options.Parse([.. _arguments, .. fromFile]);
        return new Settings
        {
            Listen = ListenOptionsOf(result, inheritedSockets),
            Rules = AnswerRulesOf(result),
            SecretFile = result.GetValue(_options.SecretFile),
            PidFile = result.GetValue(_options.PidFile),
            User = result.GetValue(_options.User),
            Metrics = result.GetValue(_options.Metrics),
        };
    }

    private ListenOptions ListenOptionsOf(ParseResult result, IReadOnlyList<int> inheritedSockets)
    {
        var defaults = new ListenOptions { Addresses = result.GetValue(_options.Addresses) ?? [] };
        ListenOptions options = defaults with
        {
            InheritedSockets = inheritedSockets,
            Port = ValueOr(result, _options.Port, defaults.Port),
            TcpPort = ValueOr(result, _options.TcpPort, defaults.TcpPort),
            Workers = ValueOr(result, _options.Workers, defaults.Workers),
            AllowAbsentAddresses = result.GetValue(_options.AllowsAbsent),
        };
        Validate(options.Validate);
        return options;
    }

    private AnswerRules AnswerRulesOf(ParseResult result)
    {
        var defaults = new AnswerRules();
        AnswerRules rules = defaults with
        {
            Secret = result.GetValue(_options.Secret),
            IdentFormat = result.GetValue(_options.Ident),
            AllowedProxies = result.GetValue(_options.Allowed) ?? [],
            TrustedClients = result.GetValue(_options.Trusted) ?? [],
            MaxQueriesPerSecond = ValueOr(result, _options.Rate, defaults.MaxQueriesPerSecond),
            MaxQueueDelay = ValueOr(result, _options.MaximumDelay, defaults.MaxQueueDelay),
            LogQueries = result.GetValue(_options.Verbose),
        };
        Validate(rules.Validate);
        return rules;
    }

    private static void Validate(Action validate)
    {
        try
        {
            validate();
        }
        catch (ArgumentException mistake)
        {
            throw new SettingsException(mistake.Message);
        }
    }

    private static T ValueOr<T>(ParseResult result, Option<T> option, T otherwise) =>
        result.GetResult(option) is { Implicit: false } ? result.GetValue(option)! : otherwise;

    /// <summary>
    /// The lines as arguments, without those that the command line goes before. Each is looked at alone, so that a mistake is told
    /// with its line.
    /// </summary>
    private List<string> FromFile(List<ConfigurationFile.Line> lines)
    {
        var arguments = new List<string>();
        var seen = new Dictionary<Option, string>();
        foreach (ConfigurationFile.Line line in lines)
        {
            Option option = _options.Setting(line.Name) ?? throw new SettingsException($"{line.Place}: there is no setting '{line.Name}'.", isInFile: true);
            if (!seen.TryAdd(option, line.Place) && option.Arity.MaximumNumberOfValues == 1)
            {
                throw new SettingsException($"{line.Place}: {line.Name} is set before, in {seen[option]}.", isInFile: true);
            }

            string argument = $"{option.Name}={(option is Option<bool> ? TrueOrFalse(line) : line.Value)}";
            if (_options.Parse([argument]).Errors is [var mistake, ..])
            {
                throw new SettingsException($"{line.Place}: {mistake.Message}", isInFile: true);
            }

            if (_given.GetResult(option) is not { Implicit: false })
            {
                arguments.Add(argument);
            }
        }

        return arguments;
    }

    /// <summary>What stands for a value of an option that has none on the command line.</summary>
    private static string TrueOrFalse(ConfigurationFile.Line line) => line.Value switch
    {
        "yes" => "true",
        "no" => "false",
        _ => throw new SettingsException($"{line.Place}: '{line.Value}' is not yes or no.", isInFile: true),
    };
}
