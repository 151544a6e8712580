using System.Net;
using ProxyHelper.Daemon.Metrics;
using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.Sources;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Daemon;

/// <summary>
/// Runs the helper from the start to the signal that ends it. The main thread handles all requests. Nothing here needs
/// a thread of .NET's pool: the runtime starts such a thread late, and a limit of threads would then end the helper.
/// </summary>
internal sealed class Service(CommandLine commandLine, Log log, Signals signals)
{
    /// <summary>Answers queries until a signal ends the helper.</summary>
    /// <exception cref="IOException">Thrown when the helper cannot start, or cannot continue.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this user may not use a file.</exception>
    public void Run(Settings settings)
    {
        using ServiceManager manager = ServiceManager.Open(log);
        try
        {
            AnswerRules rules = settings.ReadRules(); // first: no write of a file comes before the secret is read
            if (settings.PidFile is { } path)
            {
                signals.Own(() => PidFile.Create(path));
            }

            using MappingResolver? resolver = settings.OpenResolver();
            using Responder responder = Responder.Open(settings.Listen with { Resolver = resolver }, rules);
            using MetricsServer? metrics = MetricsServer.TryOpen(
                settings.Metrics, () => MetricsText.Of(responder, log.LostLines));
            metrics?.Start();
            if (settings.User is { } user)
            {
                Privileges.Become(user); // threads that start later keep the capability that they need
            }

            responder.Start();
            responder.WhenNoticed(signals.RequestNotices);
            signals.WhenStopped(() => BeginStop(responder, manager));
            using Watchdog? watchdog = Watchdog.TryStart(responder, manager);
            LogStart(settings, responder);
            manager.NotifyReady(Describe(responder));
            Observe(settings, responder, manager);
            log.Write(Priority.Notice, $"Stopped. Counters since the start: {Describe(responder.Counts)}.");
        }
        finally
        {
            signals.DisposeOwned();
            manager.NotifyStopping(); // also after a failure
        }
    }

    /// <summary>Does not wait, because the next signal has to be received.</summary>
    private static void BeginStop(Responder responder, ServiceManager manager)
    {
        manager.NotifyStopping();
        responder.BeginStop();
    }

    /// <summary>Logs notices and handles signals until the responder has ended.</summary>
    private void Observe(Settings settings, Responder responder, ServiceManager manager)
    {
        LogNotices(responder); // those before the first request for notices
        while (!responder.Notices.Completion.IsCompleted)
        {
            switch (signals.TakeRequest())
            {
                case ServiceRequest.Reload:
                    Reload(settings, responder, manager);
                    break;
                case ServiceRequest.LogCounters:
                    log.Write(Priority.Notice, $"Counters since the start: {Describe(responder.Counts)}.");
                    break;
                case ServiceRequest.LogNotices:
                    LogNotices(responder);
                    break;
            }
        }

        responder.Completion.GetAwaiter().GetResult(); // throws what ended the responder
    }

    private void LogNotices(Responder responder)
    {
        while (responder.Notices.TryRead(out ServerNotice? notice))
        {
            log.Write(PriorityOf(notice.Kind), notice.Message);
        }
    }

    private void Reload(Settings settings, Responder responder, ServiceManager manager)
    {
        manager.NotifyReloading();
        bool isReloaded = TryReload(settings, responder);
        manager.NotifyReady(Describe(responder) + (isReloaded ? string.Empty : " The last reload failed."));

        // A long configuration leaves much garbage, whose memory the collector would keep for later.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    /// <summary>Reads the configuration again. All rules change, or none.</summary>
    private bool TryReload(Settings running, Responder responder)
    {
        try
        {
            if (commandLine.TryReadSettings(running.Listen.InheritedSockets, out Settings? settings, out var faults))
            {
                AnswerRules before = responder.Rules;
                responder.ChangeRules(settings.ReadRules());
                LogReload(running, settings, LiftedRestrictions.Find(before, responder.Rules));
                return true;
            }

            LogRejected(string.Join(' ', faults.Select(fault => fault.Message)));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogRejected(Advice.Describe(failure)); // a reload that fails never ends the helper or later reloads
        }

        return false;
    }

    private void LogReload(Settings running, Settings reloaded, IEnumerable<string> lifted)
    {
        log.Write(Priority.Notice, "The configuration was reloaded.");
        foreach (string restriction in lifted)
        {
            log.Write(Priority.Warning, restriction);
        }

        if (SettingList.FindRestartNeeds(running, reloaded).ToArray() is [_, ..] names)
        {
            log.Write(Priority.Warning, $"Changing '{string.Join("', '", names)}' takes effect after a restart.");
        }
    }

    private void LogRejected(string reason) => log.Write(
        Priority.Error,
        $"The configuration was not reloaded, and the previous settings stay in force. {reason} "
        + $"Correct the configuration, then run 'kill -HUP {Environment.ProcessId}'.");

    private void LogStart(Settings settings, Responder responder)
    {
        if (settings.Listen is { InheritedSockets.Count: > 0, Addresses.Count: > 0 })
        {
            log.Write(Priority.Warning, "Using the inherited sockets; the configured address and port are ignored.");
        }

        if (settings.Rules.TrustsEveryHost)
        {
            log.Write(
                Priority.Warning,
                "'trust' contains every address: every host may ask about all connections. Use 'trust' only with the "
                + "addresses of hosts that need it.");
        }
        else if (settings.Rules.AllowedProxies.Count == 0)
        {
            log.Write(
                Priority.Warning,
                "'allow' is missing: every host may ask about connections to its own address. "
                + "Use '--allow ADDRESS', or 'allow = ADDRESS' in the configuration file, with the address of the "
                + "proxy.");
        }

        LogSource(responder);
        log.Write(Priority.Notice, Describe(responder));
    }

    private void LogSource(Responder responder)
    {
        if (responder.Options.Resolver is { } resolver)
        {
            log.Write(
                Priority.Notice, $"Connections are looked up with {resolver.Description}, and not in the kernel.");
        }

        foreach (string warning in TableWarnings.Of(responder.Options.Resolver))
        {
            log.Write(Priority.Warning, warning);
        }
    }

    private static Priority PriorityOf(NoticeKind kind) => kind switch
    {
        NoticeKind.Fault => Priority.Error,
        NoticeKind.Refusal => Priority.Warning,
        NoticeKind.Query or NoticeKind.Connection => Priority.Information,
        _ => Priority.Notice,
    };

    private static string Describe(Responder responder)
    {
        string[] parts = [.. Describe("UDP", responder.UdpEndPoints), .. Describe("TCP", responder.TcpEndPoints)];
        return $"Listening on {string.Join(" and ", parts)}.";
    }

    private static IEnumerable<string> Describe(string protocol, IReadOnlyList<IPEndPoint> endPoints) =>
        endPoints.Count == 0 ? [] : [$"{protocol} {string.Join(", ", endPoints)}"];

    private static string Describe(ResponderCounts counts) =>
        $"{counts.Queries} queries, {counts[Outcome.Found]} found, {counts[Outcome.NotFound]} not found, "
        + $"{counts[Outcome.FailedLookup]} failed look-ups, {counts.Refused} refused, "
        + $"{counts[Outcome.Malformed]} malformed, {counts[Outcome.Late]} late, "
        + $"{counts[Outcome.QueueDrop]} dropped from full queues, "
        + $"{counts[Outcome.ConnectionDrop] + counts[Outcome.ConnectionTimeout]} TCP connections closed early, "
        + $"{counts[Outcome.GraceWait]} waited in a failover grace, {counts[Outcome.GraceFind]} of them found"
        + (counts.ResolverFaults == 0 ? string.Empty : $", {counts.ResolverFaults} without an answer of the resolver");
}
