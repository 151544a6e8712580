using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Threading.Channels;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;

namespace ProxyHelper.PowerShell;

/// <summary>Represents a running responder as a PowerShell job.</summary>
public sealed class ResponderJob : CountedJob
{
    private readonly Responder _responder;

    internal ResponderJob(Responder responder, JobPidFile? pidFile, string name)
        : base($"Start-ProxyHelper {Join(responder.UdpEndPoints.Select(endPoint => endPoint.Address))}", name, pidFile)
    {
        _responder = responder;
        PSJobTypeName = "ProxyHelper";
        Begin($"Answering on {Location} (UDP){(TcpLocation is null ? string.Empty : $" and {TcpLocation} (TCP)")}.");
    }

    /// <summary>Gets the UDP end points as text.</summary>
    public override string Location => Join(_responder.UdpEndPoints);

    /// <summary>Gets the UDP end points.</summary>
    public IReadOnlyList<IPEndPoint> LocalEndPoints => _responder.UdpEndPoints;

    /// <summary>Gets the settings that are fixed.</summary>
    internal ListenOptions Options => _responder.Options;

    /// <summary>Gets the rules by which the responder answers.</summary>
    internal AnswerRules Rules => _responder.Rules;

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

    /// <inheritdoc/>
    public override string StatusMessage => string.Create(
        CultureInfo.InvariantCulture,
        $"{Queries} queries, {Found} found, {NotFound} not found, {FailedLookups} failed look-ups")
        + (ResolverFaults == 0 ? string.Empty : $", {ResolverFaults} without an answer of the resolver");

    internal override string Kind => "helper";

    internal override IReadOnlyList<IPEndPoint> UdpPorts => LocalEndPoints;

    internal override IReadOnlyList<IPEndPoint> TcpPorts => TcpEndPoints;

    private protected override ResponderCounts Counts => _responder.Counts;

    private protected override TimeSpan Age => _responder.Uptime;

    private protected override ServerNotice? NewestFault => _responder.LastFault;

    private protected override ChannelReader<ServerNotice> Notices => _responder.Notices;

    private protected override Task Completion => _responder.Completion;

    private protected override void StopServer() => _responder.Stop();

    private protected override ErrorRecord Faulted(Exception cause) => Errors.ResponderFaulted(cause, Location);
}
