using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Server;

namespace ProxyHelper.Daemon;

/// <summary>
/// Notifies the watchdog of the service manager as long as the responder looks at its queues and the conntrack table
/// can be read. The watchdog has its own thread, which keeps the capability of the thread that starts it. Other threads
/// of this process may have no capability.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private const int RoundsPerTimeout = 3; // one round may fail

    private static readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(10); // a shorter one would be a busy loop

    private readonly Responder _responder;
    private readonly ServiceManager _manager;
    private readonly TimeSpan _interval;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    private Watchdog(Responder responder, ServiceManager manager, TimeSpan interval)
    {
        _responder = responder;
        _manager = manager;
        _interval = interval;
        _thread = new Thread(Run) { IsBackground = true, Name = "watchdog" };
    }

    /// <summary>Starts a watchdog if the service manager expects notifications.</summary>
    /// <returns>The watchdog, or null.</returns>
    /// <exception cref="LinuxException">Thrown when the thread could not be started.</exception>
    public static Watchdog? TryStart(Responder responder, ServiceManager manager)
    {
        if (ServiceManager.WatchdogTimeout is not { } timeout)
        {
            return null;
        }

        TimeSpan interval = timeout / RoundsPerTimeout;
        var watchdog = new Watchdog(responder, manager, interval > _shortest ? interval : _shortest);
        OwnProcess.Start(watchdog._thread);
        return watchdog;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        do
        {
            if (_responder.IsResponsive && CanReadTable())
            {
                _manager.NotifyAlive();
            }
        }
        while (!_stop.Wait(_interval));
    }

    private static bool CanReadTable()
    {
        try
        {
            using ConntrackTable table = ConntrackTable.Open();
            table.ReadStatistics();
            return true;
        }
        catch (LinuxException)
        {
            return false; // the responder logs the same fault for each query that it cannot look up
        }
    }
}
