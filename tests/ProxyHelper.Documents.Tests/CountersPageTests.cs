using System.Management.Automation;
using ProxyHelper.Relay;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Documents;

/// <summary>
/// Compares docs/reference/counters.md with the tables of outcomes and with the properties of the jobs. Tests of the
/// daemon compare it with the text that Prometheus reads.
/// </summary>
public sealed class CountersPageTests
{
    [Fact]
    public void Each_outcome_of_a_query_has_a_row_with_its_property_and_its_metric() => Assert.Empty(
        Outcomes.All.Select(row => new CounterRow(row.Name, MetricOf(row.Metric, row.Label)))
            .Except(CountersPage.Helper));

    [Fact]
    public void Each_outcome_of_a_connection_has_a_row() => Assert.Empty(
        RelayOutcomes.All.Select(row => MetricOf(row.Metric, row.Label))
            .Except(CountersPage.Metrics(CountersPage.Relay)));

    [Fact]
    public void The_properties_are_those_of_the_jobs() => RouterSession.Run(session =>
    {
        PSObject helper = Assert.Single(session.Run("Start-ProxyHelper 194.0.1.1"));
        PSObject relay = Assert.Single(
            session.Run("Start-ProxyRelay 194.0.22.9:9199 127.0.0.1:3128 194.0.1.1 -AllowedPort 25"));
        AssertRows(helper.BaseObject, CountersPage.Helper, "MedianLatency", "Percentile99Latency");
        AssertRows(relay.BaseObject, CountersPage.Relay);
    });

    /// <summary>Asserts that the page has each number of the job, and these values, and no other property.</summary>
    private static void AssertRows(object job, IReadOnlyList<CounterRow> rows, params string[] values)
    {
        IEnumerable<string> numbers = job.GetType().GetProperties()
            .Where(property => property.PropertyType == typeof(long))
            .Select(property => property.Name);
        Assert.Equal(
            numbers.Concat(["Uptime", "LastFault", .. values]).Order(StringComparer.Ordinal),
            rows.Select(row => row.Property).Where(name => name.Length > 0).Order(StringComparer.Ordinal));
    }

    private static string MetricOf(OutcomeMetric metric, string? label) =>
        label is null ? metric.PrometheusName : $"{metric.PrometheusName}{{outcome=\"{label}\"}}";
}
