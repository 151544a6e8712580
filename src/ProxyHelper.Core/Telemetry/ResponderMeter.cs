using System.Diagnostics.Metrics;
using System.Net;

namespace ProxyHelper.Telemetry;

/// <summary>
/// A responder's counts for collectors of metrics, with names in OpenTelemetry's style. The meter is "ProxyHelper"; its tags say
/// which responder it is. It costs next to nothing while nobody listens.
/// </summary>
internal sealed class ResponderMeter : IDisposable
{
    /// <summary>The meter's name, by which a collector subscribes.</summary>
    public const string Name = "ProxyHelper";

    private const string Outcome = "proxyhelper.query.outcome";

    private readonly Meter _meter;
    private readonly Histogram<double> _duration;

    /// <summary>Makes the instruments.</summary>
    /// <param name="endPoints">Where the responder answers; they become the meter's tags.</param>
    /// <param name="read">Reads the counts of the moment.</param>
    /// <param name="uptime">How long the responder has run.</param>
    public ResponderMeter(IReadOnlyList<IPEndPoint> endPoints, Func<ResponderCounts> read, Func<TimeSpan> uptime)
    {
        _meter = new Meter(new MeterOptions(Name)
        {
            Version = typeof(ResponderMeter).Assembly.GetName().Version?.ToString(),
            Tags =
            [
                new("server.address", string.Join(',', endPoints.Select(endPoint => endPoint.Address))),
                new("server.port", endPoints[0].Port),
            ],
        });
        _duration = _meter.CreateHistogram<double>(
            "proxyhelper.query.duration", "s", "From the arrival of a query to its answer.");
        _meter.CreateObservableCounter("proxyhelper.queries", () => ByOutcome(read()), "{query}", "Queries, by what became of them.");
        Count("proxyhelper.queue.drops", "{datagram}", "Datagrams that the kernel dropped because a queue was full.", counts => counts.QueueDrops);
        Count("proxyhelper.connection.drops", "{connection}", "TCP connections that were closed at once because there were too many.", counts => counts.ConnectionDrops);
        Count("proxyhelper.connection.timeouts", "{connection}", "TCP connections that were closed because their time was over.", counts => counts.ConnectionTimeouts);
        Count("proxyhelper.replies.unsent", "{reply}", "Replies that the kernel refused to send.", counts => counts.UnsentReplies);
        Count("proxyhelper.receive.errors", "{error}", "Errors that a socket reported instead of a datagram, a connection or a line.", counts => counts.ReceiveErrors);
        Count("proxyhelper.conntrack.reopenings", "{reopening}", "How often the socket to the conntrack table was replaced.", counts => counts.TableReopenings);
        _meter.CreateObservableGauge("proxyhelper.uptime", () => uptime().TotalSeconds, "s", "How long the responder has run.");

        void Count(string name, string unit, string description, Func<ResponderCounts, long> select) =>
            _meter.CreateObservableCounter(name, () => select(read()), unit, description);
    }

    /// <summary>Records how long an answer took.</summary>
    public void Record(TimeSpan took)
    {
        if (_duration.Enabled)
        {
            _duration.Record(took.TotalSeconds);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> ByOutcome(ResponderCounts counts) =>
    [
        Of("found", counts.Found),
        Of("not_found", counts.NotFound),
        Of("failed", counts.FailedLookups),
        Of("malformed", counts.Malformed),
        Of("not_allowed", counts.NotAllowed),
        Of("not_its_own", counts.NotItsOwn),
        Of("wrong_secret", counts.WrongSecret),
        Of("late", counts.Late),
        Of("too_often", counts.TooOften),
    ];

    private static Measurement<long> Of(string outcome, long count) => new(count, new KeyValuePair<string, object?>(Outcome, outcome));
}
