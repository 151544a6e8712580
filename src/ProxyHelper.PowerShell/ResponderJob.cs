using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Represents a running responder as a PowerShell job. The output has the times of start and stop, the warnings have
/// the notices of the responder, and the errors have the reason why it failed. Each stream keeps the newest hundred
/// records.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ResponderJob : Job
{
    private const int MaxRecords = 100;

    private readonly Responder _responder;
    private readonly PidFile? _pidFile;
    private readonly Task _pump;
    private TimeSpan? _finalUptime;
    private string? _failure;

    internal ResponderJob(Responder responder, PidFile? pidFile, string name)
        : base($"Start-ProxyHelper {Join(responder.UdpEndPoints.Select(endPoint => endPoint.Address))}", name)
    {
        _responder = responder;
        _pidFile = pidFile;
        PSJobTypeName = "ProxyHelper";
        AddCounts();
        SetJobState(JobState.Running);
        Log($"Answering on {Location} (UDP){(TcpLocation is null ? string.Empty : $" and {TcpLocation} (TCP)")}.");
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>Gets the UDP end points as text.</summary>
    public override string Location => Join(_responder.UdpEndPoints);

    /// <summary>Gets the UDP end points.</summary>
    public IReadOnlyList<IPEndPoint> LocalEndPoints => _responder.UdpEndPoints;

    /// <summary>Gets the TCP end points as text, or null if the responder does not listen on TCP.</summary>
    public string? TcpLocation => TcpEndPoints.Count == 0 ? null : Join(TcpEndPoints);

    /// <summary>Gets the TCP end points.</summary>
    public IReadOnlyList<IPEndPoint> TcpEndPoints => _responder.TcpEndPoints;

    /// <summary>Gets the local time of the start.</summary>
    public DateTime StartedAt => _responder.StartedAt.LocalDateTime;

    /// <summary>Gets the time since the start, or the time from the start to the end.</summary>
    public TimeSpan Uptime => _finalUptime ?? _responder.Uptime;

    /// <summary>
    /// Gets the number of datagrams and TCP lines that were read, and of TCP connections that were refused.
    /// </summary>
    public long Queries => Counts.Queries;

    /// <summary>Gets the number of queries that were refused because of their sender.</summary>
    public long Refused => Counts.Refused;

    /// <summary>Gets the number of refused queries for each reason, such as "wrong secret 2".</summary>
    public IReadOnlyList<string> RefusalReasons =>
    [
        .. from row in Outcomes.All
           where row.IsRefusal
           select $"{row.Label!.Replace('_', ' ')} {CountOf(row.Outcome)}",
    ];

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
        $"{Queries} queries, {CountOf(Outcome.Found)} found, {CountOf(Outcome.NotFound)} not found, "
            + $"{CountOf(Outcome.FailedLookup)} failed look-ups");

    /// <summary>
    /// Stops the responder. When the method returns, the ports are free and the job has its final state.
    /// </summary>
    public override void StopJob()
    {
        if (!IsEnded)
        {
            _responder.Stop();
            _pump.Wait();
        }
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

    /// <summary>
    /// Returns the number of events with an outcome. Each outcome is also a property, such as WrongSecret.
    /// </summary>
    public long CountOf(Outcome outcome) => Counts[outcome];

    private ResponderCounts Counts => _responder.Counts;

    private bool IsEnded => JobStateInfo.State is JobState.Stopped or JobState.Failed;

    /// <summary>
    /// Adds a property for each row of the table of outcomes, so that a new outcome needs no change here.
    /// </summary>
    private void AddCounts()
    {
        PSMemberInfoCollection<PSPropertyInfo> properties = PSObject.AsPSObject(this).Properties;
        foreach (OutcomeRow row in Outcomes.All)
        {
            properties.Add(new PSScriptProperty(row.Name, ScriptBlock.Create($"$this.CountOf('{row.Outcome}')")));
        }
    }

    /// <summary>Writes the notices of the responder into the streams of the job, and follows it to its end.</summary>
    private async Task PumpAsync()
    {
        try
        {
            await foreach (ResponderNotice notice in _responder.Notices.ReadAllAsync().ConfigureAwait(false))
            {
                Add(Warning, new WarningRecord($"{Time(notice.At)} {notice.Message}"));
            }

            await _responder.Completion.ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            ErrorRecord error = Errors.ResponderFaulted(failure, Location);
            Add(Error, error);
            _failure = $"{Time(DateTimeOffset.UtcNow)} {error}";
        }

        End(_failure is null ? JobState.Stopped : JobState.Failed);
    }

    private void End(JobState state)
    {
        _finalUptime = _responder.Uptime;
        _pidFile?.Dispose();
        Log($"{state} after {StatusMessage}.");
        SetJobState(state);
    }

    private static string Join<T>(IEnumerable<T> values) => string.Join(", ", values);

    private static string Time(DateTimeOffset at) =>
        at.LocalDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static void Add<T>(PSDataCollection<T> stream, T record)
    {
        while (stream.Count >= MaxRecords)
        {
            stream.RemoveAt(0);
        }

        stream.Add(record);
    }

    private void Log(string message) => Add(Output, PSObject.AsPSObject($"{Time(DateTimeOffset.UtcNow)} {message}"));
}
