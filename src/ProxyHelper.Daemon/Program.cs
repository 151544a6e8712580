using System.Runtime.Versioning;
using ProxyHelper.Daemon;
using ProxyHelper.Linux;

[assembly: SupportedOSPlatform("linux")]

const int failed = 1; // could not start, or could not continue; with --check, something is missing
const int invalid = 2; // the command line or the configuration file is invalid

var commandLine = new CommandLine(args);
if (!commandLine.WantsCheck)
{
    // --check runs tools such as nft, which need the privileges of this process. The service runs no program.
    Privileges.ForbidGains();
}

var log = new Log();
if (commandLine.WantsHelp)
{
    commandLine.WriteHelp();
    return 0;
}

if (commandLine.Faults.Count > 0)
{
    log.Write(commandLine.Faults);
    return invalid;
}

if (commandLine.WantsVersion)
{
    Console.WriteLine($"proxy-helper {typeof(CommandLine).Assembly.GetName().Version?.ToString(3)}");
    return 0;
}

try
{
    // The signals come first: no signal can end the program between the start and the removal of the PID file.
    using Signals? signals = commandLine.WantsCheck ? null : new Signals();
    if (!commandLine.TryReadSettings(ServiceManager.InheritedSockets, out Settings? settings, out var faults))
    {
        log.Write(faults);
        return invalid;
    }

    if (signals is null)
    {
        return Check.Run(settings) ? 0 : failed;
    }

    await new Service(commandLine, log, signals).RunAsync(settings);
    return 0;
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
{
    log.Write(Priority.Error, Advice.Describe(failure));
    return failed;
}
