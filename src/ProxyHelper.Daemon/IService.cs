using System.Threading.Channels;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Daemon;

/// <summary>Represents a service whose sockets are open: the helper or the relay.</summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
internal interface IService<TSettings> : IDisposable
{
    /// <summary>Gets the notices for an administrator. The channel ends with the service.</summary>
    ChannelReader<ServerNotice> Notices { get; }

    /// <summary>Gets a task that completes when the service has ended.</summary>
    Task Completion { get; }

    /// <summary>Gets whether the service works, for the watchdog of the service manager.</summary>
    bool IsAlive { get; }

    /// <summary>Gets the sentence about the sockets that are open.</summary>
    string Status { get; }

    /// <summary>Gets the counters as words.</summary>
    string Counters { get; }

    /// <summary>Starts to serve.</summary>
    void Start();

    /// <summary>Gets the longest time that a stop takes on purpose.</summary>
    TimeSpan StopTime { get; }

    /// <summary>Returns what an administrator should know about the stop that the next call begins, or null.</summary>
    string? DescribeStop();

    /// <summary>Stops the service, and does not wait. A second call ends the wait for open connections.</summary>
    void BeginStop();

    /// <summary>Sets what runs after each notice and at the end of the notices.</summary>
    void WhenNoticed(Action wake);

    /// <summary>Returns what an administrator should know after the start.</summary>
    IEnumerable<LogLine> DescribeStart();

    /// <summary>Applies settings that a reload read. The settings have the secret.</summary>
    /// <returns>A sentence for each restriction that the reload lifts.</returns>
    /// <exception cref="ArgumentException">Thrown when a setting is invalid. No setting has changed.</exception>
    IEnumerable<string> Reload(TSettings settings);

    /// <summary>Returns the counters as text for Prometheus.</summary>
    /// <param name="lostLines">The number of log lines that the output did not take.</param>
    string WriteMetrics(long lostLines);
}

/// <summary>Represents a line for the log.</summary>
/// <param name="Priority">The importance of the line.</param>
/// <param name="Message">The sentences.</param>
internal readonly record struct LogLine(Priority Priority, string Message);
