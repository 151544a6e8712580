using System.Runtime.Versioning;
using ProxyHelper.Daemon;

[assembly: SupportedOSPlatform("linux")]

// Exit status: 0 stopped by a signal, 1 could not start or go on, 2 wrong arguments or configuration.
var log = new Log();
try
{
    var commandLine = new CommandLine(args);
    if (commandLine.WantsHelp)
    {
        commandLine.WriteHelp();
    }
    else if (commandLine.WantsVersion)
    {
        Console.WriteLine($"proxy-helper {typeof(CommandLine).Assembly.GetName().Version?.ToString(3)}");
    }
    else if (commandLine.WantsCheck)
    {
        return Check.Run(commandLine.ReadSettings(ServiceManager.InheritedSockets)) ? 0 : 1;
    }
    else
    {
        using var service = new Service(commandLine, log);
        await service.RunAsync();
    }

    return 0;
}
catch (SettingsException mistake)
{
    log.Write(Priority.Error, mistake.Message);
    if (!mistake.IsInFile)
    {
        Console.Error.WriteLine("usage: proxy-helper -I ADDRESS [OPTION...], or proxy-helper -c FILE; see proxy-helper --help");
    }

    return 2;
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
{
    log.Write(Priority.Error, $"{failure.Message.TrimEnd('.')}.{Advice.For(failure)}");
    return 1;
}
