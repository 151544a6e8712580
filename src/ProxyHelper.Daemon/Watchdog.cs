using ProxyHelper.Linux;

namespace ProxyHelper.Daemon;

/// <summary>
/// Notifies the watchdog of the service manager as long as the service works. The watchdog has its own thread, which
/// keeps the capability of the thread that starts it. Other threads of this process may have no capability.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private const int RoundsPerTimeout = 3; // one round may fail

    private static readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(10); // a shorter one would be a busy loop

    private readonly Func<bool> _isAlive;
    private readonly ServiceManager _manager;
    private readonly TimeSpan _interval;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    private Watchdog(Func<bool> isAlive, ServiceManager manager, TimeSpan interval)
    {
        _isAlive = isAlive;
        _manager = manager;
        _interval = interval;
        _thread = new Thread(Run) { IsBackground = true, Name = "watchdog" };
    }

    /// <summary>Starts a watchdog if the service manager expects notifications.</summary>
    /// <param name="isAlive">Returns whether the service works.</param>
    /// <param name="manager">The service manager.</param>
    /// <returns>The watchdog, or null.</returns>
    /// <exception cref="LinuxException">Thrown when the thread could not be started.</exception>
    public static Watchdog? TryStart(Func<bool> isAlive, ServiceManager manager)
    {
        if (ServiceManager.WatchdogTimeout is not { } timeout)
        {
            return null;
        }

        TimeSpan interval = timeout / RoundsPerTimeout;
        var watchdog = new Watchdog(isAlive, manager, interval > _shortest ? interval : _shortest);
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
            if (_isAlive())
            {
                _manager.NotifyAlive();
            }
        }
        while (!_stop.Wait(_interval));
    }
}
