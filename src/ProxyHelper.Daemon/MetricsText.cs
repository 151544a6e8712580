using System.Globalization;
using System.Text;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Daemon;

/// <summary>The counters in Prometheus' text form (exposition format 0.0.4), under the names of the "ProxyHelper" meter.</summary>
internal static class MetricsText
{
    /// <summary>Writes the counters of the moment.</summary>
    public static string Of(Responder responder)
    {
        var text = new StringBuilder();
        ResponderCounts counts = responder.Counts;
        Begin(text, "proxyhelper_queries_total", "counter", "Queries, by what became of them.");
        (string Outcome, long Count)[] outcomes =
        [
            ("found", counts.Found), ("not_found", counts.NotFound), ("failed", counts.FailedLookups), ("malformed", counts.Malformed), ("not_allowed", counts.NotAllowed),
            ("not_its_own", counts.NotItsOwn), ("wrong_secret", counts.WrongSecret), ("late", counts.Late), ("too_often", counts.TooOften),
        ];
        Array.ForEach(outcomes, one => Put(text, $"proxyhelper_queries_total{{outcome=\"{one.Outcome}\"}}", one.Count));
        Count("proxyhelper_queue_drops_total", "Datagrams that the kernel dropped because a queue was full.", counts.QueueDrops);
        Count("proxyhelper_connection_drops_total", "TCP connections that were closed at once because there were too many.", counts.ConnectionDrops);
        Count("proxyhelper_connection_timeouts_total", "TCP connections that were closed because their time was over.", counts.ConnectionTimeouts);
        Count("proxyhelper_replies_unsent_total", "Replies that the kernel refused to send.", counts.UnsentReplies);
        Count("proxyhelper_receive_errors_total", "Errors that a socket reported instead of a datagram, a connection or a line.", counts.ReceiveErrors);
        Count("proxyhelper_conntrack_reopenings_total", "How often the socket to the conntrack table was replaced.", counts.TableReopenings);
        Begin(text, "proxyhelper_query_duration_seconds", "gauge", "The time within which this part of the queries of the last five minutes was answered, from their arrival.");
        foreach (double part in (double[])[0.5, 0.99])
        {
            if (responder.Latency(part) is { } latency)
            {
                Put(text, string.Create(CultureInfo.InvariantCulture, $"proxyhelper_query_duration_seconds{{quantile=\"{part}\"}}"), latency.TotalSeconds);
            }
        }

        Begin(text, "proxyhelper_uptime_seconds", "gauge", "How long the responder has run.");
        Put(text, "proxyhelper_uptime_seconds", responder.Uptime.TotalSeconds);
        return text.ToString();

        void Count(string name, string help, long value)
        {
            Begin(text, name, "counter", help);
            Put(text, name, value);
        }
    }

    private static void Begin(StringBuilder text, string name, string type, string help) => text.Append(
        CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static void Put(StringBuilder text, string name, double value) => text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
}
