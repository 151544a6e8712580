using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Daemon;
using ProxyHelper.Linux;
using ProxyHelper.Responders;

[assembly: SupportedOSPlatform("linux")]

// Exit status: 0 stopped by a signal, 1 could not start or go on, 2 wrong arguments.
CommandLine commandLine;
try
{
    commandLine = CommandLine.Parse(args);
}
catch (ArgumentException mistake)
{
    Console.Error.WriteLine($"proxy-helper: {mistake.Message}\n{CommandLine.Usage}");
    return 2;
}

try
{
    using PidFile? pidFile = commandLine.PidFile is { } path ? PidFile.Create(path) : null;
    using var responder = Responder.Start(commandLine.Responder);
    using PosixSignalRegistration terminate = StopOn(PosixSignal.SIGTERM, responder);
    using PosixSignalRegistration interrupt = StopOn(PosixSignal.SIGINT, responder);
    Console.Error.WriteLine($"proxy-helper: answering on {string.Join(", ", responder.LocalEndPoints)}");
    await foreach (ResponderFault fault in responder.Faults.ReadAllAsync())
    {
        Console.Error.WriteLine($"proxy-helper: {fault.Message}");
    }

    ResponderCounts counts = responder.Counts;
    Console.Error.WriteLine($"proxy-helper: stopped after {counts.Queries} queries, {counts.Found} found, {counts.NotFound} not found, {counts.FailedLookups} failed look-ups");
    return 0;
}
catch (Exception failure) when (failure is LinuxException or IOException or UnauthorizedAccessException)
{
    string advice = failure is LinuxException { Errno: Errno.EPERM } ? " CAP_NET_ADMIN is missing: run it as root." : string.Empty;
    Console.Error.WriteLine($"proxy-helper: {failure.Message}.{advice}");
    return 1;
}

static PosixSignalRegistration StopOn(PosixSignal signal, Responder responder) => PosixSignalRegistration.Create(signal, context =>
{
    context.Cancel = true; // it ends by itself, cleanly
    responder.Stop();
});
