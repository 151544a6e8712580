using System.Globalization;
using System.Text;

namespace ProxyHelper.Daemon.Metrics;

/// <summary>Writes counters in the text format of Prometheus (exposition format 0.0.4).</summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder _text = new();

    /// <summary>Begins a metric.</summary>
    /// <param name="name">The name.</param>
    /// <param name="type">The type: counter or gauge.</param>
    /// <param name="help">A sentence that says what the metric is.</param>
    public void Begin(string name, string type, string help) => _text.Append(
        CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    /// <summary>Writes a value of the metric.</summary>
    public void Put(string name, double value) => _text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");

    /// <summary>Writes a value of the metric that has an outcome, or the only value.</summary>
    public void PutOutcome(string name, string? outcome, long value) =>
        Put(outcome is null ? name : $"{name}{{outcome=\"{outcome}\"}}", value);

    /// <summary>Writes a metric that has one value.</summary>
    public void PutOne(string name, string type, string help, double value)
    {
        Begin(name, type, help);
        Put(name, value);
    }

    /// <summary>Writes the metrics of the process.</summary>
    /// <param name="lostLines">The number of log lines that the output did not take.</param>
    /// <param name="uptime">The time since the start.</param>
    /// <param name="service">The word for the service in the help.</param>
    public void PutProcess(long lostLines, TimeSpan uptime, string service)
    {
        PutOne(
            "proxyhelper_log_lines_lost_total", "counter", "The log lines that the standard error did not take.",
            lostLines);
        PutOne(
            "proxyhelper_uptime_seconds", "gauge", $"The time since the start of the {service}.",
            uptime.TotalSeconds);
    }

    /// <summary>Returns the text.</summary>
    public override string ToString() => _text.ToString();
}
