using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using ProxyHelper.Daemon;
using ProxyHelper.Daemon.Configuration;
using ProxyHelper.Daemon.Helper;
using ProxyHelper.Daemon.Relay;

[assembly: SupportedOSPlatform("linux")]

const int failed = 1; // could not start, or could not continue; with --check, something is missing
const int invalid = 2; // the command line or the configuration file is invalid

using var log = new Log();
using var output = new OutputWriter();
try
{
    log.Start();
    return args is [RelayCommand.Word, .. string[] rest]
        ? Run(new CommandLine<RelaySettings>(RelayCommand.Instance, rest), log, output)
        : Run(new CommandLine<HelperSettings>(HelperCommand.Instance, args), log, output);
}
catch (Exception failure) when (failure is not OutOfMemoryException)
{
    log.Write(Priority.Error, Advice.Describe(failure));
    return failed;
}

static int Run<TSettings>(CommandLine<TSettings> commandLine, Log log, TextWriter output)
    where TSettings : ProcessSettings
{
    if (!commandLine.RunsService)
    {
        Signals.Release();
        return Report(commandLine, log, output);
    }

    // The signals come first: no signal can end the program between the start and the removal of the PID file.
    using var signals = new Signals(log);
    if (!TryReadSettings(commandLine, log, ServiceManager.InheritedSockets, out TSettings? settings))
    {
        return invalid;
    }

    new ServiceRun<TSettings>(commandLine, log, signals).Run(settings);
    return 0;
}

static int Report<TSettings>(CommandLine<TSettings> commandLine, Log log, TextWriter output)
    where TSettings : ProcessSettings
{
    if (commandLine.WantsHelp)
    {
        commandLine.WriteHelp(output);
        return 0;
    }

    if (commandLine.WantsVersion && commandLine.Faults.Count == 0)
    {
        output.WriteLine($"proxy-helper {typeof(Log).Assembly.GetName().Version?.ToString(3)}");
        return 0;
    }

    // A check of a reload inherits no sockets, but the daemon may have.
    IReadOnlyList<int> sockets = commandLine.WantsReloadCheck ? [0] : ServiceManager.InheritedSockets;
    if (!TryReadSettings(commandLine, log, sockets, out TSettings? settings))
    {
        return invalid;
    }

    if (commandLine.WantsReloadCheck)
    {
        if (!settings.HasHiddenCredential)
        {
            commandLine.Command.WithSecret(settings);
        }

        return 0;
    }

    return commandLine.Command.Check(settings, output) ? 0 : failed;
}

static bool TryReadSettings<TSettings>(
    CommandLine<TSettings> commandLine,
    Log log,
    IReadOnlyList<int> sockets,
    [NotNullWhen(true)] out TSettings? settings)
    where TSettings : ProcessSettings
{
    bool isValid = commandLine.TryReadSettings(sockets, out settings, out var faults);
    log.Write(faults, commandLine.Command.Usage);
    return isValid;
}
