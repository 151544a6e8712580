using System.Globalization;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Daemon.Metrics;

/// <summary>
/// Writes the counters of the helper in the text format of Prometheus, with the names of the "ProxyHelper" meter.
/// </summary>
internal static class MetricsText
{
    /// <summary>Returns the current counters as text.</summary>
    /// <param name="responder">The responder.</param>
    /// <param name="lostLines">The number of log lines that the output did not take.</param>
    public static string Of(Responder responder, long lostLines)
    {
        var text = new PrometheusText();
        ResponderCounts counts = responder.Counts;
        foreach (IGrouping<OutcomeMetric, OutcomeRow> rows in Outcomes.ByMetric)
        {
            text.Begin(rows.Key.PrometheusName, "counter", rows.Key.Help);
            foreach (OutcomeRow row in rows)
            {
                text.PutOutcome(rows.Key.PrometheusName, row.Label, counts[row.Outcome]);
            }
        }

        text.Begin(
            "proxyhelper_query_duration_seconds", "gauge",
            "The time from arrival to reply of this part of the queries of the last five minutes.");
        foreach (double part in (double[])[0.5, 0.99])
        {
            if (responder.Latency(part) is { } latency)
            {
                string quantile = part.ToString(CultureInfo.InvariantCulture);
                text.Put($"proxyhelper_query_duration_seconds{{quantile=\"{quantile}\"}}", latency.TotalSeconds);
            }
        }

        text.PutProcess(lostLines, responder.Uptime, "helper");
        return text.ToString();
    }
}
