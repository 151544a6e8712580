using System.Diagnostics.Metrics;
using System.Net;

namespace ProxyHelper.Telemetry;

/// <summary>
/// Publishes a responder's counts to collectors of metrics, with names in OpenTelemetry's style. The meter is
/// "ProxyHelper"; its tags identify the responder. It costs next to nothing while no collector listens.
/// </summary>
internal sealed class ResponderMeter : IDisposable
{
    /// <summary>The name of the meter, by which a collector subscribes.</summary>
    public const string Name = "ProxyHelper";

    private const string OutcomeTag = "proxyhelper.query.outcome";

    private readonly Meter _meter;
    private readonly Histogram<double> _duration;

    /// <summary>Creates the instruments.</summary>
    /// <param name="endPoints">The end points of the responder, which become the tags of the meter.</param>
    /// <param name="read">Reads the counts of the moment.</param>
    /// <param name="uptime">Reads the time since the start of the responder.</param>
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
            "proxyhelper.query.duration", "s", "The time from the arrival of a query to its reply.");
        foreach (IGrouping<OutcomeMetric, OutcomeRow> rows in Outcomes.ByMetric)
        {
            _meter.CreateObservableCounter(rows.Key.Name, () => Measure(rows, read()), rows.Key.Unit, rows.Key.Help);
        }

        _meter.CreateObservableGauge(
            "proxyhelper.uptime", () => uptime().TotalSeconds, "s", "The time since the start of the helper.");
    }

    /// <summary>Records the time from the arrival of a query to its reply.</summary>
    public void Record(TimeSpan time)
    {
        if (_duration.Enabled)
        {
            RecordEnabled(time);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _meter.Dispose();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // A collector's callback failed. A failed collector must not keep the responder from ending.
        }
    }

    private static IEnumerable<Measurement<long>> Measure(IEnumerable<OutcomeRow> rows, ResponderCounts counts) =>
        rows.Select(row => row.Label is null
            ? new Measurement<long>(counts[row.Outcome])
            : new Measurement<long>(counts[row.Outcome], new KeyValuePair<string, object?>(OutcomeTag, row.Label)));

    private void RecordEnabled(TimeSpan time)
    {
        try
        {
            _duration.Record(time.TotalSeconds);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // A collector's callback failed. A failed collector must not end the responder.
        }
    }
}
