using System.ComponentModel;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Threading.Channels;
using ProxyHelper.Telemetry;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Represents a running helper or relay as a PowerShell job. The output has the times of start and stop, the warnings
/// have the notices, and the errors have the reason why it failed. Each stream keeps the newest hundred records.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ServerJob : Job
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly JobPidFile? _pidFile;
    private Task _pump = Task.CompletedTask;
    private TimeSpan? _finalUptime;
    private string? _failure;
    private int _isEnding;

    private protected ServerJob(string command, string name, JobPidFile? pidFile)
        : base(command, name)
    {
        _pidFile = pidFile;
    }

    /// <summary>Gets the time since the start, or the time from the start to the end.</summary>
    public TimeSpan Uptime => _finalUptime ?? Age;

    /// <summary>Gets <see cref="Uptime"/> in seconds.</summary>
    public double UptimeSeconds => Uptime.TotalSeconds;

    /// <summary>Gets the time and the text of the newest fault, or null if there was none.</summary>
    public string? LastFault => _failure ?? (NewestFault is { } fault ? $"{Time(fault.At)} {fault.Message}" : null);

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count > 0 || Warning.Count > 0 || Error.Count > 0;

    /// <summary>Gets the path of the PID file, or null.</summary>
    internal string? PidFilePath => _pidFile?.FullName;

    /// <summary>Gets the word for what runs: "helper" or "relay".</summary>
    internal abstract string Kind { get; }

    /// <summary>Gets the command that stops the job.</summary>
    internal string StopCommand => $"Stop-{PSJobTypeName} -Id {Id}";

    /// <summary>Gets the addresses and UDP ports that are in use.</summary>
    internal abstract IReadOnlyList<IPEndPoint> UdpPorts { get; }

    /// <summary>Gets the addresses and TCP ports that are in use.</summary>
    internal abstract IReadOnlyList<IPEndPoint> TcpPorts { get; }

    private protected abstract TimeSpan Age { get; }

    private protected abstract ServerNotice? NewestFault { get; }

    private protected abstract ChannelReader<ServerNotice> Notices { get; }

    private protected abstract Task Completion { get; }

    /// <summary>
    /// Stops the server. When the method returns, the ports are free and the job has its final state. Nothing that a
    /// reader of the job's streams or an observer of its state did can prevent that.
    /// </summary>
    public override void StopJob()
    {
        StopServer();
        _pump.Wait(HandlerPatience.Limit);
        End();
    }

    /// <summary>Starts the stop of the server. Only the stop of a relay takes time.</summary>
    internal virtual void BeginStop() => StopJob();

    /// <summary>Waits for the end of the server.</summary>
    /// <param name="patience">The longest time to wait.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Whether the server has ended.</returns>
    internal bool AwaitEnd(TimeSpan patience, CancellationToken cancellationToken)
    {
        IAsyncResult end = Completion;
        return WaitHandle.WaitAny([end.AsyncWaitHandle, cancellationToken.WaitHandle], patience) == 0;
    }

    /// <summary>Stops the server as fast as it can, such as when its runspace closes.</summary>
    internal virtual void EndAtOnce() => StopJob();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            EndAtOnce();
        }

        base.Dispose(disposing);
    }

    /// <summary>Gives the job its first state, and follows the server until it ends.</summary>
    /// <param name="message">The first line of the output.</param>
    private protected void Begin(string message)
    {
        SetJobState(JobState.Running);
        Log(message);
        _pump = Task.Run(PumpAsync);
        _ = Task.Run(FollowAsync);
    }

    /// <summary>Stops the server, and returns when its ports are free.</summary>
    private protected abstract void StopServer();

    /// <summary>Makes the record about the exception that ended the server.</summary>
    private protected abstract ErrorRecord Faulted(Exception cause);

    /// <summary>Adds a notice to a stream of the job.</summary>
    private protected virtual void Write(ServerNotice notice) =>
        JobStream.Add(() => Warning, new WarningRecord($"{Time(notice.At)} {notice.Message}"));

    private protected static string Join<T>(IEnumerable<T> values) => string.Join(", ", values);

    private protected static string Time(DateTimeOffset at) =>
        at.LocalDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private protected void Log(string message) => Log(DateTimeOffset.UtcNow, message);

    private protected void Log(DateTimeOffset at, string message) =>
        JobStream.Add(() => Output, PSObject.AsPSObject($"{Time(at)} {message}"));

    /// <summary>Writes the notices of the server into the streams of the job.</summary>
    private async Task PumpAsync()
    {
        try
        {
            await foreach (ServerNotice notice in Notices.ReadAllAsync().ConfigureAwait(false))
            {
                Write(notice);
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The server faulted. The one who follows its completion reports that.
        }
    }

    /// <summary>Ends the job when the server has ended.</summary>
    private async Task FollowAsync()
    {
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAny(_pump, Task.Delay(HandlerPatience.Limit)).ConfigureAwait(false);
        End();
    }

    /// <summary>Gives the job its final state, once. Later callers wait until another thread has done so.</summary>
    private void End()
    {
        if (Interlocked.Exchange(ref _isEnding, 1) != 0)
        {
            _ended.Task.Wait(4 * HandlerPatience.Limit); // longer than what follows
            return;
        }

        ErrorRecord? error = null;
        _finalUptime = Age;
        _pidFile?.Dispose();
        if (Completion.Exception?.InnerException is { } cause)
        {
            error = Faulted(cause);
            _failure = $"{Time(DateTimeOffset.UtcNow)} {error}";
        }

        // Who waits for the state finds the last records.
        JobState state = error is null ? JobState.Stopped : JobState.Failed;
        HandlerPatience.Run(() => Log($"{state} after {StatusMessage}."));
        HandlerPatience.Run(() => JobStream.Add(() => Error, error));
        HandlerPatience.Run(() => SetJobState(state)); // The engine sets the state before observers learn of it.
        _ended.SetResult();
    }
}
