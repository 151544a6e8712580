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

// Before anything that a signal could leave behind.
using var stop = new CancellationTokenSource();
using PosixSignalRegistration terminate = StopOn(PosixSignal.SIGTERM);
using PosixSignalRegistration interrupt = StopOn(PosixSignal.SIGINT);
using PosixSignalRegistration hangUp = StopOn(PosixSignal.SIGHUP);
try
{
    ResponderOptions options = commandLine.Responder;
    if (commandLine.SecretFile is { } secretFile)
    {
        options = options with { Secret = SecretFile.Read(secretFile) };
    }

    using PidFile? pidFile = commandLine.PidFile is { } path ? PidFile.Create(path) : null;
    using var responder = Responder.Start(options);
    using CancellationTokenRegistration stopping = stop.Token.Register(responder.Stop);
    string overTcp = options.OriginPort == 0 ? string.Empty : $" and over TCP on {string.Join(", ", responder.OriginEndPoints)}";
    Console.Error.WriteLine($"proxy-helper: answering on {string.Join(", ", responder.LocalEndPoints)}{overTcp}");
    await foreach (ResponderNotice notice in responder.Notices.ReadAllAsync())
    {
        Console.Error.WriteLine($"proxy-helper: {notice.Message}");
    }

    Console.Error.WriteLine($"proxy-helper: stopped after {Summary(responder.Counts)}");
    return 0;
}
catch (Exception failure) when (failure is LinuxException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"proxy-helper: {failure.Message.TrimEnd('.')}.{Advice(failure)}");
    return 1;
}

PosixSignalRegistration StopOn(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
{
    context.Cancel = true; // it ends by itself, cleanly
    stop.Cancel();
});

static string Summary(ResponderCounts counts) =>
    $"{counts.Queries} queries, {counts.Found} found, {counts.NotFound} not found, {counts.FailedLookups} failed look-ups, " +
    $"{counts.Refused} refused, {counts.Malformed} malformed, {counts.Late} late, {counts.QueueDrops} dropped from full queues, {counts.ConnectionDrops + counts.ConnectionTimeouts} TCP connections cut off";

static string Advice(Exception failure) => failure switch
{
    LinuxException { Errno: Errno.EPERM } => " CAP_NET_ADMIN is missing: run it as root.",
    BindException { Errno: Errno.EACCES } => " CAP_NET_BIND_SERVICE is missing: run it as root, or choose a port from 1024 on.",
    _ when failure is SecretFileException { IsUnsafe: true } unsafeFile => $" chmod 600 {unsafeFile.Path}",
    _ => string.Empty,
};
