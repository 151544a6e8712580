using System.Globalization;
using System.Text;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Daemon.Metrics;

/// <summary>
/// Writes the counters in the text format of Prometheus (exposition format 0.0.4), with the names of the "ProxyHelper"
/// meter.
/// </summary>
internal static class MetricsText
{
    /// <summary>Returns the current counters as text.</summary>
    /// <param name="responder">The responder.</param>
    /// <param name="lostLines">The number of log lines that the output did not take.</param>
    public static string Of(Responder responder, long lostLines)
    {
        var text = new StringBuilder();
        ResponderCounts counts = responder.Counts;
        foreach (IGrouping<OutcomeMetric, OutcomeRow> rows in Outcomes.ByMetric)
        {
            Begin(text, rows.Key.PrometheusName, "counter", rows.Key.Help);
            foreach (OutcomeRow row in rows)
            {
                string label = row.Label is null ? string.Empty : $"{{outcome=\"{row.Label}\"}}";
                Put(text, rows.Key.PrometheusName + label, counts[row.Outcome]);
            }
        }

        Begin(
            text, "proxyhelper_query_duration_seconds", "gauge",
            "The time from arrival to reply of this part of the queries of the last five minutes.");
        foreach (double part in (double[])[0.5, 0.99])
        {
            if (responder.Latency(part) is { } latency)
            {
                string quantile = part.ToString(CultureInfo.InvariantCulture);
                Put(text, $"proxyhelper_query_duration_seconds{{quantile=\"{quantile}\"}}", latency.TotalSeconds);
            }
        }

        const string lost = "proxyhelper_log_lines_lost_total";
        Begin(text, lost, "counter", "The log lines that the standard error did not take.");
        Put(text, lost, lostLines);
        Begin(text, "proxyhelper_uptime_seconds", "gauge", "The time since the start of the helper.");
        Put(text, "proxyhelper_uptime_seconds", responder.Uptime.TotalSeconds);
        return text.ToString();
    }

    private static void Begin(StringBuilder text, string name, string type, string help) => text.Append(
        CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static void Put(StringBuilder text, string name, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
}
