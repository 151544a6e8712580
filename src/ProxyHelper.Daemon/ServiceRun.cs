using ProxyHelper.Daemon.Configuration;
using ProxyHelper.Daemon.Metrics;
using ProxyHelper.Linux;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Daemon;

/// <summary>
/// Runs a service from the start to the signal that ends it. The main thread handles all requests. Nothing here needs a
/// thread of .NET's pool: the runtime starts such a thread late, and a limit of threads would then end the daemon.
/// </summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
internal sealed class ServiceRun<TSettings>(CommandLine<TSettings> commandLine, Log log, Signals signals)
    where TSettings : ProcessSettings
{
    private readonly DaemonCommand<TSettings> _command = commandLine.Command;

    /// <summary>Serves until a signal ends the service.</summary>
    /// <exception cref="IOException">Thrown when the service cannot start, or cannot continue.</exception>
    /// <exception cref="UnauthorizedAccessException">Thrown when this user may not use a file.</exception>
    public void Run(TSettings settings)
    {
        using ServiceManager manager = ServiceManager.Open(log);
        try
        {
            TSettings complete = _command.WithSecret(settings); // first: no write of a file comes before it
            if (settings.PidFile is { } path)
            {
                signals.Own(() => PidFile.Create(path));
            }

            using IService<TSettings> service = _command.Open(complete);
            using MetricsServer? metrics = MetricsServer.TryOpen(
                settings.Metrics, () => service.WriteMetrics(log.LostLines));
            metrics?.Start();
            if (settings.User is { } user)
            {
                // Threads that start later keep the capability that they need.
                Privileges.Become(user, _command.NeedsNetAdmin);
            }

            service.Start();
            service.WhenNoticed(signals.RequestNotices);
            signals.WhenStopped(() => BeginStop(service, manager));
            using Watchdog? watchdog = Watchdog.TryStart(() => service.IsAlive, manager);
            LogStart(service);
            manager.NotifyReady(service.Status);
            Observe(settings, service, manager);
            log.Write(Priority.Notice, $"Stopped. Counters since the start: {service.Counters}.");
        }
        finally
        {
            signals.DisposeOwned();
            manager.NotifyStopping(TimeSpan.Zero); // also after a failure
        }
    }

    private static Priority PriorityOf(NoticeKind kind) => kind switch
    {
        NoticeKind.Fault => Priority.Error,
        NoticeKind.Refusal => Priority.Warning,
        NoticeKind.Query or NoticeKind.Connection => Priority.Information,
        _ => Priority.Notice,
    };

    /// <summary>Does not wait, because the next signal has to be received.</summary>
    private void BeginStop(IService<TSettings> service, ServiceManager manager)
    {
        manager.NotifyStopping(service.StopTime);
        if (service.DescribeStop() is { } message)
        {
            log.Write(Priority.Notice, message); // first, because the service may end at once
        }

        service.BeginStop();
    }

    private void LogStart(IService<TSettings> service)
    {
        foreach (LogLine line in service.DescribeStart())
        {
            log.Write(line.Priority, line.Message);
        }

        log.Write(Priority.Notice, service.Status);
    }

    /// <summary>Logs notices and handles signals until the service has ended.</summary>
    private void Observe(TSettings settings, IService<TSettings> service, ServiceManager manager)
    {
        LogNotices(service); // those before the first request for notices
        while (!service.Notices.Completion.IsCompleted)
        {
            switch (signals.TakeRequest())
            {
                case ServiceRequest.Reload:
                    Reload(settings, service, manager);
                    break;
                case ServiceRequest.LogCounters:
                    log.Write(Priority.Notice, $"Counters since the start: {service.Counters}.");
                    break;
                case ServiceRequest.LogNotices:
                    LogNotices(service);
                    break;
            }
        }

        service.Completion.GetAwaiter().GetResult(); // throws what ended the service
    }

    private void LogNotices(IService<TSettings> service)
    {
        while (service.Notices.TryRead(out ServerNotice? notice))
        {
            log.Write(PriorityOf(notice.Kind), notice.Message);
        }
    }

    private void Reload(TSettings running, IService<TSettings> service, ServiceManager manager)
    {
        manager.NotifyReloading();
        bool isReloaded = TryReload(running, service);
        manager.NotifyReady(service.Status + (isReloaded ? string.Empty : " The last reload failed."));

        // A long configuration leaves much garbage, whose memory the collector would keep for later.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    /// <summary>Reads the configuration again. All rules change, or none.</summary>
    private bool TryReload(TSettings running, IService<TSettings> service)
    {
        try
        {
            if (commandLine.TryReadSettings(running.InheritedSockets, out TSettings? settings, out var faults))
            {
                LogReload(running, settings, [.. service.Reload(_command.WithSecret(settings))]);
                return true;
            }

            LogRejected(string.Join(' ', faults.Select(fault => fault.Message)));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogRejected(Advice.Describe(failure)); // a reload that fails never ends the daemon or later reloads
        }

        return false;
    }

    private void LogReload(TSettings running, TSettings reloaded, IReadOnlyList<string> lifted)
    {
        log.Write(Priority.Notice, "The configuration was reloaded.");
        foreach (string restriction in lifted)
        {
            log.Write(Priority.Warning, restriction);
        }

        if (_command.FindRestartNeeds(running, reloaded).ToArray() is [_, ..] names)
        {
            log.Write(Priority.Warning, $"Changing '{string.Join("', '", names)}' takes effect after a restart.");
        }
    }

    private void LogRejected(string reason) => log.Write(
        Priority.Error,
        $"The configuration was not reloaded, and the previous settings stay in force. {reason} "
        + $"Correct the configuration, then run 'kill -HUP {Environment.ProcessId}'.");
}
