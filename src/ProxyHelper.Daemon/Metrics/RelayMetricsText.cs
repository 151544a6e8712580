using ProxyHelper.Relay;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Daemon.Metrics;

/// <summary>Writes the counters of the relay in the text format of Prometheus.</summary>
internal static class RelayMetricsText
{
    /// <summary>Returns the current counters as text.</summary>
    /// <param name="relay">The relay.</param>
    /// <param name="lostLines">The number of log lines that the output did not take.</param>
    public static string Of(ProxyRelay relay, long lostLines)
    {
        var text = new PrometheusText();
        RelayCounts counts = relay.Counts;
        text.PutOne(
            "proxyhelper_relay_accepted_total", "counter", "Connections that the relay accepted.", counts.Accepted);
        text.PutOne(
            "proxyhelper_relay_open_connections", "gauge", "Connections that are open now.", counts.Open);
        foreach (IGrouping<OutcomeMetric, RelayOutcomeRow> rows in RelayOutcomes.All.GroupBy(row => row.Metric))
        {
            text.Begin(rows.Key.PrometheusName, "counter", rows.Key.Help);
            foreach (RelayOutcomeRow row in rows)
            {
                text.PutOutcome(rows.Key.PrometheusName, row.Label, counts[row.Outcome]);
            }
        }

        text.PutOne(
            "proxyhelper_relay_queries_total", "counter", "Queries that were sent, with repeats.", counts.Queries);
        const string bytes = "proxyhelper_relay_bytes_total";
        text.Begin(bytes, "counter", "Bytes that were relayed: up to the proxy, or down to the users.");
        text.Put($"{bytes}{{direction=\"up\"}}", counts.BytesUp);
        text.Put($"{bytes}{{direction=\"down\"}}", counts.BytesDown);
        text.PutProcess(lostLines, relay.Uptime, "relay");
        return text.ToString();
    }
}
