using System.CommandLine;
using System.CommandLine.Help;
using System.Diagnostics.CodeAnalysis;
using ProxyHelper.Addresses;

namespace ProxyHelper.Daemon.Configuration;

/// <summary>Represents the command line.</summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
internal sealed class CommandLine<TSettings>
    where TSettings : ProcessSettings
{
    private const int MaxErrorLength = 200; // characters
    private const int HelpWidth = 80; // also if the help does not go to a terminal

    private readonly DaemonCommand<TSettings> _command;
    private readonly (Setting<TSettings> Setting, Option Option)[] _options;

    private readonly Option<string> _configuration = new("--config", "-c")
    {
        HelpName = "FILE",
        Description = "Read settings from this file. The command line overrides the file.",
        Arity = ArgumentArity.ExactlyOne,
    };

    private readonly Option<bool> _check = new("--check") { Arity = ArgumentArity.Zero };

    private readonly Option<bool> _checkReload = new("--check-reload")
    {
        Description = "Check whether a reload would accept the configuration and the secret, and exit.",
        Arity = ArgumentArity.Zero,
    };

    private readonly Option<bool> _version = new("--version", "-V")
    {
        Description = "Write the version and exit.",
        Arity = ArgumentArity.Zero,
    };

    private readonly HelpOption _help = new("--help", "-h") { Description = "Write this help and exit." };
    private readonly Option<bool> _background = new("--daemonize", "-d") { Hidden = true, Arity = ArgumentArity.Zero };
    private readonly ParseResult _result;
    private readonly SettingValues<TSettings> _values = new(isFile: false);

    /// <summary>Reads the arguments.</summary>
    /// <param name="command">The command that has the settings.</param>
    /// <param name="arguments">The arguments after the name of the command.</param>
    public CommandLine(DaemonCommand<TSettings> command, string[] arguments)
    {
        _command = command;
        _options = [.. command.Settings.Select(setting => (setting, setting.ToOption()))];
        _check.Description = command.CheckHelp;
        _result = Parse(arguments);
        if (Array.Find(arguments, IsEmpty) is { } empty)
        {
            _values.AddFault($"{PrintableText.From(empty[..^1], MaxErrorLength)}: The value is empty.");
        }
        else if (_result.Errors is [var error, ..])
        {
            _values.AddFault(PrintableText.From(error.Message, MaxErrorLength)); // it repeats the argument
        }
        else
        {
            ReadValues();
        }
    }

    /// <summary>Gets the command.</summary>
    public DaemonCommand<TSettings> Command => _command;

    /// <summary>Gets the faults in the arguments.</summary>
    public IReadOnlyList<SettingsFault> Faults => _values.Faults;

    /// <summary>Gets whether the arguments ask for the help.</summary>
    public bool WantsHelp => IsGiven(_help);

    /// <summary>Gets whether the arguments ask for the version.</summary>
    public bool WantsVersion => _result.GetValue(_version);

    /// <summary>Gets whether the arguments ask for a check.</summary>
    public bool WantsCheck => _result.GetValue(_check);

    /// <summary>Gets whether the arguments ask for a check of what a reload reads.</summary>
    public bool WantsReloadCheck => _result.GetValue(_checkReload);

    /// <summary>Gets whether the arguments ask for a running helper, and for no check or text.</summary>
    public bool RunsService => !WantsHelp && !WantsVersion && !WantsCheck && !WantsReloadCheck;

    /// <summary>Writes the help.</summary>
    public void WriteHelp(TextWriter output)
    {
        var help = (HelpAction)_help.Action!;
        help.MaxWidth = HelpWidth;
        _result.InvocationConfiguration.Output = output;
        help.Invoke(_result);
    }

    /// <summary>Reads the configuration file, if the arguments name one, and returns the settings of both.</summary>
    /// <param name="inheritedSockets">The descriptors of the inherited sockets.</param>
    /// <param name="settings">The settings, or null.</param>
    /// <param name="faults">The faults. The list is empty if the method returns true.</param>
    public bool TryReadSettings(
        IReadOnlyList<int> inheritedSockets,
        [NotNullWhen(true)] out TSettings? settings,
        out IReadOnlyList<SettingsFault> faults)
    {
        try
        {
            ConfigurationFile? file = Faults.Count == 0 && _result.GetValue(_configuration) is { } path
                ? ConfigurationFile.Read(path)
                : null;
            return _command.TryParse(_values, file, inheritedSockets, out settings, out faults);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            settings = null;
            string reason = failure.Message.TrimEnd('.');
            faults = [new SettingsFault($"Cannot read the configuration: {reason}.", IsInFile: true)];
            return false;
        }
    }

    /// <summary>Returns whether an argument is such as --allow=, which the parser takes for --allow.</summary>
    private static bool IsEmpty(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal) && argument.IndexOf('=') == argument.Length - 1;

    private bool IsGiven(Option option) => _result.GetResult(option) is { Implicit: false };

    private ParseResult Parse(string[] arguments)
    {
        var root = new RootCommand(_command.Description);
        root.Options.Clear();
        root.Directives.Clear();
        Command parsed = root;
        string[] names = [];
        if (_command.Name is { } name)
        {
            parsed = new Command(name, _command.Description);
            root.Add(parsed);
            names = [name];
        }

        Array.ForEach(_options, entry => parsed.Add(entry.Option));
        Array.ForEach((Option[])[_configuration, _check, _checkReload, _version, _help, _background], parsed.Add);
        return root.Parse([.. names, .. arguments], new ParserConfiguration { ResponseFileTokenReplacer = null });
    }

    private void ReadValues()
    {
        if (IsGiven(_background))
        {
            string words = _command.Name is { } name ? $"{name} OPTION..." : "OPTION...";
            _values.AddFault(
                "-d (--daemonize) is not supported: proxy-helper runs in the foreground. "
                + $"Run 'systemctl enable --now {_command.Unit}', or without systemd "
                + $"'start-stop-daemon --background --start --exec /usr/sbin/proxy-helper -- {words}'.");
        }

        if (_result.GetValue(_configuration) is { } path && ValueReaders.Text(path, out _) is { } fault)
        {
            _values.AddFault($"{_configuration.Name}: {fault}");
        }

        foreach ((Setting<TSettings> setting, Option option) in _options.Where(entry => IsGiven(entry.Option)))
        {
            IEnumerable<string> texts = option is Option<bool> flag
                ? [_result.GetValue(flag) ? "yes" : "no"]
                : _result.GetResult(option)!.Tokens.Select(token => token.Value);
            foreach (string text in texts)
            {
                _values.Read(option.Name, setting, text);
            }
        }
    }
}
