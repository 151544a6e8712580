using System.Runtime.InteropServices;
using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Daemon;

/// <summary>The daemon at work, from its start to the signal that ends it.</summary>
internal sealed class Service(CommandLine commandLine, Log log) : IDisposable
{
    private const PosixSignal ShowCounters = (PosixSignal)10; // SIGUSR1, on x64 and arm64 alike

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _reloading = new();
    private readonly ServiceManager _manager = ServiceManager.Open();
    private readonly List<PosixSignalRegistration> _signals = [];
    private bool _isReloadWanted;
    private Settings? _settings;
    private Responder? _responder;

    /// <summary>Answers until a signal ends it.</summary>
    /// <exception cref="SettingsException">The configuration does not fit.</exception>
    /// <exception cref="IOException">It cannot start, or cannot go on.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not use a file.</exception>
    public async Task RunAsync()
    {
        // Before anything that a signal could leave behind.
        On(PosixSignal.SIGTERM, _stop.Cancel);
        On(PosixSignal.SIGINT, _stop.Cancel);
        On(PosixSignal.SIGHUP, Reload);
        On(ShowCounters, WriteCounters);
        Settings settings = commandLine.ReadSettings(ServiceManager.InheritedSockets);
        using PidFile? pidFile = settings.PidFile is { } path ? PidFile.Create(path) : null;
        using var responder = Responder.Open(settings.Listen, settings.RulesWithSecret());
        using MetricsServer? metrics = settings.Metrics is { } endPoint ? MetricsServer.Open(endPoint, responder) : null;
        metrics?.Begin();
        if (settings.User is { } user)
        {
            Privileges.Become(user); // between the threads that need nothing, and those that answer
        }

        responder.Start();
        TakeSignals(settings, responder);
        using CancellationTokenRegistration stopping = _stop.Token.Register(responder.Stop);
        using Watchdog? watchdog = ServiceManager.WatchdogInterval is { } patience ? Watchdog.Start(responder, _manager, patience) : null;
        string answering = WhereItAnswers(responder);
        if (settings.Listen.InheritedSockets.Count > 0 && settings.Listen.Addresses.Count > 0)
        {
            log.Write(Priority.Warning, "it was given sockets: the addresses and the port of the configuration are not used");
        }

        log.Write(Priority.Notice, answering);
        _manager.SayReady(answering);
        await foreach (ResponderNotice notice in responder.Notices.ReadAllAsync())
        {
            log.Write(PriorityOf(notice.Kind), notice.Message);
        }

        log.Write(Priority.Notice, $"stopped after {Summary(responder.Counts)}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _signals.ForEach(signal => signal.Dispose());
        _manager.SayStopping();
        _manager.Dispose();
        _stop.Dispose();
    }

    private static Priority PriorityOf(NoticeKind kind) => kind switch
    {
        NoticeKind.Fault => Priority.Error,
        NoticeKind.Refusal => Priority.Warning,
        NoticeKind.Query => Priority.Information,
        _ => Priority.Notice,
    };

    private static string WhereItAnswers(Responder responder)
    {
        string overTcp = responder.TcpEndPoints.Count == 0 ? string.Empty : $" and over TCP on {string.Join(", ", responder.TcpEndPoints)}";
        return $"answering on {string.Join(", ", responder.UdpEndPoints)}{overTcp}";
    }

    private static string Summary(ResponderCounts counts) =>
        $"{counts.Queries} queries, {counts.Found} found, {counts.NotFound} not found, {counts.FailedLookups} failed look-ups, " +
        $"{counts.Refused} refused, {counts.Malformed} malformed, {counts.Late} late, {counts.QueueDrops} dropped from full queues, " +
        $"{counts.ConnectionDrops + counts.ConnectionTimeouts} TCP connections cut off";

    private void On(PosixSignal signal, Action action) => _signals.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true; // what follows is this program's to decide
        action();
    }));

    /// <summary>From now on a signal finds what it is about; one that came too early is heeded now.</summary>
    private void TakeSignals(Settings settings, Responder responder)
    {
        lock (_reloading)
        {
            (_settings, _responder) = (settings, responder);
            if (_isReloadWanted)
            {
                Reload();
            }
        }
    }

    /// <summary>Reads the configuration again. Where it does not fit, all stays as it is.</summary>
    private void Reload()
    {
        lock (_reloading)
        {
            if (_settings is null || _responder is null)
            {
                _isReloadWanted = true; // it is still starting, and may have read it already
                return;
            }

            _manager.SayReloading();
            try
            {
                Settings settings = commandLine.ReadSettings(_settings.Listen.InheritedSockets);
                _responder.ChangeRules(settings.RulesWithSecret());
                string[] later = [.. _settings.NeedRestart(settings)];
                log.Write(Priority.Notice, "configuration read again");
                if (later.Length > 0)
                {
                    log.Write(Priority.Warning, $"{string.Join(", ", later)}: restart it for these, which only a new start can change");
                }
            }
            catch (Exception failure) when (failure is SettingsException or IOException or UnauthorizedAccessException)
            {
                log.Write(Priority.Error, $"the configuration is not used, and all stays as it was: {failure.Message}");
            }

            _manager.SayReady(WhereItAnswers(_responder));
        }
    }

    private void WriteCounters()
    {
        if (_responder is { } responder)
        {
            log.Write(Priority.Notice, $"up to now {Summary(responder.Counts)}");
        }
    }
}
