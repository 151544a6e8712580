using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;

namespace ProxyHelper.PowerShell;

/// <summary>
/// A running responder as a PowerShell job. Its output says when it started and stopped, its warnings what troubles it, its
/// errors why it ended by itself; each of the three keeps the newest hundred.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ResponderJob : Job
{
    private const int Kept = 100;

    private readonly Responder _responder;
    private readonly PidFile? _pidFile;
    private readonly Task _pump;
    private TimeSpan? _stoppedAfter;
    private string? _breakdown;

    internal ResponderJob(Responder responder, PidFile? pidFile, string name)
        : base($"Start-ProxyHelper {string.Join(", ", responder.UdpEndPoints.Select(endPoint => endPoint.Address))}", name)
    {
        _responder = responder;
        _pidFile = pidFile;
        PSJobTypeName = "ProxyHelper";
        SetJobState(JobState.Running);
        Tell(TcpLocation is null ? $"Answering on {Location} (UDP)." : $"Answering on {Location} (UDP) and {TcpLocation} (TCP).");
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>Where it listens, as text, but for TCP.</summary>
    public override string Location => string.Join(", ", _responder.UdpEndPoints);

    /// <summary>Where it listens, but for TCP.</summary>
    public IReadOnlyList<IPEndPoint> LocalEndPoints => _responder.UdpEndPoints;

    /// <summary>Where it listens for TCP, as text; null where it does not.</summary>
    public string? TcpLocation => TcpEndPoints.Count == 0 ? null : string.Join(", ", TcpEndPoints);

    /// <summary>Where it listens for TCP.</summary>
    public IReadOnlyList<IPEndPoint> TcpEndPoints => _responder.TcpEndPoints;

    /// <summary>When it was started, local time.</summary>
    public DateTime StartedAt => _responder.StartedAt.LocalDateTime;

    /// <summary>How long it has run.</summary>
    public TimeSpan Uptime => _stoppedAfter ?? _responder.Uptime;

    /// <summary>Datagrams that it read; and over TCP lines that it read, and connections that it refused.</summary>
    public long Queries => Counts.Queries;

    /// <summary>Of them, answered with the original ends.</summary>
    public long Found => Counts.Found;

    /// <summary>Of them, answered "not found": the kernel has no such connection.</summary>
    public long NotFound => Counts.NotFound;

    /// <summary>Of them, dropped because of who sent them: <see cref="NotAllowed"/>, <see cref="NotItsOwn"/>, <see cref="WrongSecret"/> and <see cref="TooOften"/>.</summary>
    public long Refused => Counts.Refused;

    /// <summary>Of them, dropped because the sender is none of the allowed proxies.</summary>
    public long NotAllowed => Counts.NotAllowed;

    /// <summary>Of them, dropped because they are about a connection that is not the sender's own.</summary>
    public long NotItsOwn => Counts.NotItsOwn;

    /// <summary>Of them, dropped because their secret is wrong.</summary>
    public long WrongSecret => Counts.WrongSecret;

    /// <summary>Of them, dropped because the sender asks too often.</summary>
    public long TooOften => Counts.TooOften;

    /// <summary>Of them, dropped, or over TCP answered "invalid port", because they are no queries.</summary>
    public long Malformed => Counts.Malformed;

    /// <summary>Of them, dropped because they had waited so long that an answer could have reached another query.</summary>
    public long Late => Counts.Late;

    /// <summary>Datagrams that the kernel dropped because the queue was full; they are not among the queries.</summary>
    public long QueueDrops => Counts.QueueDrops;

    /// <summary>TCP connections that were closed at once because there were too many, in all or from their source; they are not among the queries.</summary>
    public long ConnectionDrops => Counts.ConnectionDrops;

    /// <summary>TCP connections that were closed because their time was over: without a query, or answered and not closed by their client.</summary>
    public long ConnectionTimeouts => Counts.ConnectionTimeouts;

    /// <summary>Of the queries, answered "not found", or over TCP "unknown error", because the kernel could not be asked.</summary>
    public long FailedLookups => Counts.FailedLookups;

    /// <summary>How often the socket to the conntrack table was replaced because something was wrong with it.</summary>
    public long TableReopenings => Counts.TableReopenings;

    /// <summary>Of the replies, how many the kernel refused to send.</summary>
    public long UnsentReplies => Counts.UnsentReplies;

    /// <summary>How often a socket reported an error instead of a datagram, a connection or a line.</summary>
    public long ReceiveErrors => Counts.ReceiveErrors;

    /// <summary>The time within which half of the last five minutes' queries were answered, from their arrival; null when there were none.</summary>
    public TimeSpan? MedianLatency => _responder.Latency(0.5);

    /// <summary>The time within which 99 of a hundred of the last five minutes' queries were answered; null when there were none.</summary>
    public TimeSpan? Percentile99Latency => _responder.Latency(0.99);

    /// <summary><see cref="MedianLatency"/> in milliseconds.</summary>
    public double? MedianMilliseconds => MedianLatency?.TotalMilliseconds;

    /// <summary><see cref="Percentile99Latency"/> in milliseconds.</summary>
    public double? Percentile99Milliseconds => Percentile99Latency?.TotalMilliseconds;

    /// <summary>The newest fault and when it was, or null when there was none.</summary>
    public string? LastFault => _breakdown ?? (_responder.LastFault is { } fault ? $"{Time(fault.At)} {fault.Message}" : null);

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count > 0 || Warning.Count > 0 || Error.Count > 0;

    /// <inheritdoc/>
    public override string StatusMessage =>
        string.Create(CultureInfo.InvariantCulture, $"{Queries} queries, {Found} found, {NotFound} not found, {FailedLookups} failed look-ups");

    /// <summary>Stops the responder, and returns when its ports are free and the job says so.</summary>
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

    private ResponderCounts Counts => _responder.Counts;

    private bool IsEnded => JobStateInfo.State is JobState.Stopped or JobState.Failed;

    /// <summary>Carries what the responder tells into the job's streams, and then its end.</summary>
    private async Task PumpAsync()
    {
        JobState end = JobState.Stopped;
        try
        {
            await foreach (ResponderNotice notice in _responder.Notices.ReadAllAsync().ConfigureAwait(false))
            {
                Add(Warning, new WarningRecord($"{Time(notice.At)} {notice.Message}"));
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            ErrorRecord error = Errors.ResponderFaulted(failure, Location);
            Add(Error, error);
            _breakdown = $"{Time(DateTimeOffset.UtcNow)} {error}";
            end = JobState.Failed;
        }

        _stoppedAfter = _responder.Uptime;
        _pidFile?.Dispose();
        Tell($"{end} after {StatusMessage}.");
        SetJobState(end);
    }

    private static string Time(DateTimeOffset at) => at.LocalDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static void Add<T>(PSDataCollection<T> stream, T record)
    {
        while (stream.Count >= Kept)
        {
            stream.RemoveAt(0);
        }

        stream.Add(record);
    }

    private void Tell(string message) => Add(Output, PSObject.AsPSObject($"{Time(DateTimeOffset.UtcNow)} {message}"));
}
