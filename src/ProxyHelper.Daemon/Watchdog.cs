using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Server;

namespace ProxyHelper.Daemon;

/// <summary>
/// Tells the service manager that all is well, as long as it is: queries are looked for, and the kernel answers about its conntrack
/// table. It has a thread of its own, with the capabilities of the one that starts it: others of this process may have none.
/// </summary>
internal sealed class Watchdog : IDisposable
{
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

    /// <summary>Starts it.</summary>
    /// <param name="responder">The responder to look at.</param>
    /// <param name="manager">Who is told.</param>
    /// <param name="patience">After how long a silence the service manager ends this process.</param>
    public static Watchdog Start(Responder responder, ServiceManager manager, TimeSpan patience)
    {
        var watchdog = new Watchdog(responder, manager, patience / 3); // one look may fail
        watchdog._thread.Start();
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
            if (_responder.IsResponsive && KernelAnswers())
            {
                _manager.SayAlive();
            }
        }
        while (!_stop.Wait(_interval));
    }

    private static bool KernelAnswers()
    {
        try
        {
            using ConntrackTable table = ConntrackTable.Open();
            table.ReadStatistics();
            return true;
        }
        catch (LinuxException)
        {
            return false; // the responder says so itself, with each query that it cannot look up
        }
    }
}
