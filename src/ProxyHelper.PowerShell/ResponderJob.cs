using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Responders;

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

    internal ResponderJob(Responder responder, PidFile? pidFile, string name)
        : base($"Start-ProxyHelper {string.Join(", ", responder.LocalEndPoints.Select(endPoint => endPoint.Address))}", name)
    {
        _responder = responder;
        _pidFile = pidFile;
        PSJobTypeName = "ProxyHelper";
        SetJobState(JobState.Running);
        Tell($"Answering on {Location} (UDP).");
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>Where it listens, as text.</summary>
    public override string Location => string.Join(", ", _responder.LocalEndPoints);

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<IPEndPoint> LocalEndPoints => _responder.LocalEndPoints;

    /// <summary>When it was started, local time.</summary>
    public DateTime StartedAt => _responder.StartedAt.LocalDateTime;

    /// <summary>Datagrams that arrived.</summary>
    public long Queries => _responder.Counts.Queries;

    /// <summary>Of them, answered with the original ends.</summary>
    public long Found => _responder.Counts.Found;

    /// <summary>Of them, answered "not found": the kernel has no such connection.</summary>
    public long NotFound => _responder.Counts.NotFound;

    /// <summary>Of them, answered "not found" because the kernel could not be asked.</summary>
    public long FailedLookups => _responder.Counts.FailedLookups;

    /// <summary>Of them, dropped because they are no queries.</summary>
    public long Malformed => _responder.Counts.Malformed;

    /// <summary>Of them, dropped because their secret is wrong.</summary>
    public long Refused => _responder.Counts.Refused;

    /// <summary>Of them, dropped because they had waited so long that an answer could have reached another query.</summary>
    public long Late => _responder.Counts.Late;

    /// <summary>Of the replies, how many the kernel refused to send.</summary>
    public long UnsentReplies => _responder.Counts.UnsentReplies;

    /// <summary>How often a socket reported an error instead of a datagram.</summary>
    public long ReceiveErrors => _responder.Counts.ReceiveErrors;

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

    private bool IsEnded => JobStateInfo.State is JobState.Stopped or JobState.Failed;

    /// <summary>Carries what the responder tells into the job's streams, and then its end.</summary>
    private async Task PumpAsync()
    {
        JobState end = JobState.Stopped;
        try
        {
            await foreach (ResponderFault fault in _responder.Faults.ReadAllAsync().ConfigureAwait(false))
            {
                Add(Warning, new WarningRecord($"{Time(fault.At)} {fault.Message}"));
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            Add(Error, Errors.ResponderFaulted(failure, Location));
            end = JobState.Failed;
        }

        _pidFile?.Dispose();
        Tell($"Stopped after {StatusMessage}.");
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
