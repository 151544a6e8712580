using System.Globalization;
using System.Management.Automation;
using System.Net;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Represents a running responder as a PowerShell job. The output has the times of start and stop, the warnings have
/// the notices of the responder, and the errors have the reason why it failed. Each stream keeps the newest hundred
/// records.
/// </summary>
public sealed class ResponderJob : CountedJob
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Responder _responder;
    private readonly JobPidFile? _pidFile;
    private readonly Task _pump;
    private TimeSpan? _finalUptime;
    private string? _failure;
    private int _isEnding;

    internal ResponderJob(Responder responder, JobPidFile? pidFile, string name)
        : base($"Start-ProxyHelper {Join(responder.UdpEndPoints.Select(endPoint => endPoint.Address))}", name)
    {
        _responder = responder;
        _pidFile = pidFile;
        PSJobTypeName = "ProxyHelper";
        SetJobState(JobState.Running);
        Log($"Answering on {Location} (UDP){(TcpLocation is null ? string.Empty : $" and {TcpLocation} (TCP)")}.");
        _pump = Task.Run(PumpAsync);
        _ = Task.Run(FollowAsync);
    }

    /// <summary>Gets the UDP end points as text.</summary>
    public override string Location => Join(_responder.UdpEndPoints);

    /// <summary>Gets the UDP end points.</summary>
    public IReadOnlyList<IPEndPoint> LocalEndPoints => _responder.UdpEndPoints;

    /// <summary>Gets the settings that are fixed.</summary>
    internal ListenOptions Options => _responder.Options;

    /// <summary>Gets the rules by which the responder answers.</summary>
    internal AnswerRules Rules => _responder.Rules;

    /// <summary>Gets the path of the PID file, or null.</summary>
    internal string? PidFilePath => _pidFile?.FullName;

    /// <summary>Gets the TCP end points as text, or null if the responder does not listen on TCP.</summary>
    public string? TcpLocation => TcpEndPoints.Count == 0 ? null : Join(TcpEndPoints);

    /// <summary>Gets the TCP end points.</summary>
    public IReadOnlyList<IPEndPoint> TcpEndPoints => _responder.TcpEndPoints;

    /// <summary>
    /// Gets where the helper looks connections up, such as "the kernel" or "the table /var/db/states.txt".
    /// </summary>
    public string Source => Options.Resolver?.Description ?? "the kernel";

    /// <summary>Gets the local time of the start.</summary>
    public DateTime StartedAt => _responder.StartedAt.LocalDateTime;

    /// <summary>Gets the time since the start, or the time from the start to the end.</summary>
    public TimeSpan Uptime => _finalUptime ?? _responder.Uptime;

    /// <summary>Gets <see cref="Uptime"/> in seconds.</summary>
    public double UptimeSeconds => Uptime.TotalSeconds;

    /// <summary>
    /// Gets the median time from arrival to reply of the last five minutes, or null if there were no queries.
    /// </summary>
    public TimeSpan? MedianLatency => _responder.Latency(0.5);

    /// <summary>
    /// Gets the time within which 99 % of the queries of the last five minutes were answered, or null if there were
    /// none.
    /// </summary>
    public TimeSpan? Percentile99Latency => _responder.Latency(0.99);

    /// <summary>Gets <see cref="MedianLatency"/> in milliseconds.</summary>
    public double? MedianMilliseconds => MedianLatency?.TotalMilliseconds;

    /// <summary>Gets <see cref="Percentile99Latency"/> in milliseconds.</summary>
    public double? Percentile99Milliseconds => Percentile99Latency?.TotalMilliseconds;

    /// <summary>Gets the time and the text of the newest fault, or null if there was none.</summary>
    public string? LastFault =>
        _failure ?? (_responder.LastFault is { } fault ? $"{Time(fault.At)} {fault.Message}" : null);

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count > 0 || Warning.Count > 0 || Error.Count > 0;

    /// <inheritdoc/>
    public override string StatusMessage => string.Create(
        CultureInfo.InvariantCulture,
        $"{Queries} queries, {Found} found, {NotFound} not found, {FailedLookups} failed look-ups")
        + (ResolverFaults == 0 ? string.Empty : $", {ResolverFaults} without an answer of the resolver");

    /// <summary>
    /// Stops the responder. When the method returns, the ports are free and the job has its final state. Nothing that a
    /// reader of the job's streams or an observer of its state did can prevent that.
    /// </summary>
    public override void StopJob()
    {
        _responder.Stop();
        _pump.Wait(HandlerPatience.Limit);
        End();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            StopJob();
        }

        base.Dispose(disposing);
    }

    private protected override ResponderCounts Counts => _responder.Counts;

    /// <summary>Writes the notices of the responder into the streams of the job.</summary>
    private async Task PumpAsync()
    {
        try
        {
            await foreach (ServerNotice notice in _responder.Notices.ReadAllAsync().ConfigureAwait(false))
            {
                JobStream.Add(() => Warning, new WarningRecord($"{Time(notice.At)} {notice.Message}"));
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The responder faulted. The one who follows its completion reports that.
        }
    }

    /// <summary>Ends the job when the responder has ended.</summary>
    private async Task FollowAsync()
    {
        await _responder.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
        _finalUptime = _responder.Uptime;
        _pidFile?.Dispose();
        if (_responder.Completion.Exception?.InnerException is { } cause)
        {
            error = Errors.ResponderFaulted(cause, Location);
            _failure = $"{Time(DateTimeOffset.UtcNow)} {error}";
        }

        // Who waits for the state finds the last records.
        JobState state = error is null ? JobState.Stopped : JobState.Failed;
        HandlerPatience.Run(() => Log($"{state} after {StatusMessage}."));
        HandlerPatience.Run(() => JobStream.Add(() => Error, error));
        HandlerPatience.Run(() => SetJobState(state)); // The engine sets the state before observers learn of it.
        _ended.SetResult();
    }

    private static string Join<T>(IEnumerable<T> values) => string.Join(", ", values);

    private static string Time(DateTimeOffset at) =>
        at.LocalDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private void Log(string message) =>
        JobStream.Add(() => Output, PSObject.AsPSObject($"{Time(DateTimeOffset.UtcNow)} {message}"));
}
