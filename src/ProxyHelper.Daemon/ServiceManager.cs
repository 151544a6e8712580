using System.Diagnostics;
using System.Globalization;
using ProxyHelper.Addresses;

namespace ProxyHelper.Daemon;

/// <summary>
/// Represents the service manager, systemd, if one started this process. It passes sockets (sd_listen_fds(3)) and
/// receives notifications (sd_notify(3)). A notification never waits, and never fails: no service depends on it.
/// </summary>
internal sealed class ServiceManager : IDisposable
{
    private const int FirstDescriptor = 3; // SD_LISTEN_FDS_START (systemd/sd-daemon.h)
    private const int MaxDescriptors = 1024;

    // Longer timeouts are no use, and do not fit the timers of .NET.
    private static readonly TimeSpan _longestTimeout = TimeSpan.FromDays(1);

    // The time from the end of the last connection to the end of the process.
    private static readonly TimeSpan _endTime = TimeSpan.FromSeconds(10);

    private readonly NotificationQueue? _queue;
    private volatile bool _isStopping;

    private ServiceManager(NotificationQueue? queue)
    {
        _queue = queue;
    }

    /// <summary>Gets the descriptors of the sockets that this process inherited.</summary>
    /// <exception cref="IOException">
    /// Thrown when the environment does not tell how many. The configured addresses could be the wrong ones.
    /// </exception>
    public static IReadOnlyList<int> InheritedSockets
    {
        get
        {
            string? count = Environment.GetEnvironmentVariable("LISTEN_FDS");
            if (count is null || ReadNumber("LISTEN_PID") != Environment.ProcessId)
            {
                return [];
            }

            return NumberText.TryRead(count, out int number) && number < MaxDescriptors
                ? [.. Enumerable.Range(FirstDescriptor, number)]
                : throw new IOException($"LISTEN_FDS is '{count}', which is not a number of inherited sockets.");
        }
    }

    /// <summary>Gets the time without a notification after which systemd ends this process, or null.</summary>
    public static TimeSpan? WatchdogTimeout
    {
        get
        {
            long? microseconds = ReadNumber("WATCHDOG_USEC");
            bool isForThis = Environment.GetEnvironmentVariable("WATCHDOG_PID") is null
                || ReadNumber("WATCHDOG_PID") == Environment.ProcessId;
            return microseconds is > 0 && isForThis
                ? TimeSpan.FromMicroseconds(Math.Min(microseconds.Value, (long)_longestTimeout.TotalMicroseconds))
                : null;
        }
    }

    /// <summary>Finds the service manager. Without one, notifications have no effect.</summary>
    /// <param name="log">Receives what a service manager does not receive.</param>
    public static ServiceManager Open(Log log) => new(
        Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 } address
            ? new NotificationQueue(address, log)
            : null);

    /// <summary>Notifies the service manager that the service is ready. Also ends a reload.</summary>
    public void NotifyReady(string status)
    {
        if (!_isStopping)
        {
            _queue?.Add($"READY=1\nSTATUS={status}");
        }
    }

    /// <summary>Notifies the service manager that a reload starts, which <see cref="NotifyReady"/> ends.</summary>
    public void NotifyReloading()
    {
        if (!_isStopping)
        {
            long microseconds = Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);
            _queue?.Replace(
                string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={microseconds}"));
        }
    }

    /// <summary>Notifies the service manager, once, that the process ends. No reload is reported after that.</summary>
    /// <param name="time">
    /// The time that the stop takes on purpose. If it is not zero, the service manager waits that long at least, also
    /// if TimeoutStopSec= is shorter.
    /// </param>
    public void NotifyStopping(TimeSpan time)
    {
        if (!Interlocked.Exchange(ref _isStopping, true))
        {
            long microseconds = (long)(time + _endTime).TotalMicroseconds;
            string extension = time == TimeSpan.Zero
                ? string.Empty
                : string.Create(CultureInfo.InvariantCulture, $"\nEXTEND_TIMEOUT_USEC={microseconds}");
            _queue?.Replace($"STOPPING=1{extension}");
        }
    }

    /// <summary>Notifies the watchdog of the service manager that the service works.</summary>
    public void NotifyAlive() => _queue?.Add("WATCHDOG=1");

    /// <inheritdoc/>
    public void Dispose() => _queue?.Dispose();

    private static long? ReadNumber(string variable) =>
        NumberText.TryRead(Environment.GetEnvironmentVariable(variable), out long number) ? number : null;
}
