using ProxyHelper.Telemetry;
using Xunit;

namespace ProxyHelper.Tests.Telemetry;

/// <summary>Tests the table of outcomes, and the counts that follow from the table.</summary>
public sealed class OutcomesTests
{
    [Fact]
    public void Each_outcome_has_a_row_in_the_order_of_the_enumeration() =>
        Assert.Equal(Enum.GetValues<Outcome>(), Outcomes.All.Select(row => row.Outcome));

    [Fact]
    public void Names_are_unique_and_labels_are_unique_within_their_metric()
    {
        Assert.Distinct(Outcomes.All.Select(row => row.Name));
        Assert.Distinct(Outcomes.All.Select(row => (row.Metric.Name, row.Label)));
        Assert.Equal(17, Outcomes.ByMetric.First().Count());
        Assert.All(Outcomes.ByMetric.Skip(1), rows => Assert.Null(Assert.Single(rows).Label));
    }

    [Fact]
    public void A_refusal_has_a_notice_that_names_its_sender() => Assert.All(
        Outcomes.All.Where(row => row.IsRefusal), row => Assert.Contains("{0}", row.Notice, StringComparison.Ordinal));

    [Fact]
    public void Prometheus_names_end_in_total() => Assert.Equal(
        "proxyhelper_connection_drops_total", Outcomes.Row(Outcome.ConnectionDrop).Metric.PrometheusName);

    [Fact]
    public void Queries_and_refusals_are_sums_and_counts_are_compared_by_value()
    {
        var counts = new ResponderCounts
        {
            [Outcome.Found] = 1,
            [Outcome.Late] = 2,
            [Outcome.NotAllowed] = 4,
            [Outcome.NotItsOwn] = 8,
            [Outcome.WrongSecret] = 16,
            [Outcome.TooOften] = 32,
            [Outcome.ConnectionDrop] = 64,
            [Outcome.QueueDrop] = 128,
            [Outcome.Broadcast] = 256,
        };
        Assert.Equal((319, 316), (counts.Queries, counts.Refused));
        Assert.Equal(new ResponderCounts { [Outcome.Found] = 1 }, new ResponderCounts { [Outcome.Found] = 1 });
        Assert.NotEqual(new ResponderCounts { [Outcome.Found] = 1 }, new ResponderCounts { [Outcome.NotFound] = 1 });
        Assert.Equal(
            "Found 1, WrongSecret 2",
            new ResponderCounts { [Outcome.Found] = 1, [Outcome.WrongSecret] = 2 }.ToString());
    }
}
