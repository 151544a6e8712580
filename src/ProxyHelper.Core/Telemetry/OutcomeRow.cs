namespace ProxyHelper.Telemetry;

/// <summary>Describes one <see cref="Telemetry.Outcome"/> for counters, metrics, jobs and notices.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Name">The name of its count, such as "WrongSecret".</param>
/// <param name="Metric">The metric that contains its count.</param>
/// <param name="Label">The value of the metric's outcome label, or null if the metric has only one count.</param>
/// <param name="Help">A sentence that says what is counted.</param>
public sealed record OutcomeRow(Outcome Outcome, string Name, OutcomeMetric Metric, string? Label, string Help)
{
    /// <summary>
    /// Gets the notice for an administrator, with {0} for the sender, or null if the outcome causes no notice.
    /// </summary>
    public string? Notice { get; init; }

    /// <summary>Gets the kind of the notice.</summary>
    public NoticeKind NoticeKind { get; init; } = NoticeKind.Refusal;

    /// <summary>Gets whether a query with this outcome was refused because of its sender.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>Gets whether the outcome is one of a query.</summary>
    public bool IsOfQuery => Label is not null;
}

/// <summary>Represents a counter as collectors of metrics see it.</summary>
/// <param name="Name">The name in OpenTelemetry's style, such as "proxyhelper.queries".</param>
/// <param name="Unit">The unit, such as "{query}".</param>
/// <param name="Help">A sentence that says what is counted.</param>
public sealed record OutcomeMetric(string Name, string Unit, string Help)
{
    /// <summary>Gets the name in Prometheus' style, such as "proxyhelper_queries_total".</summary>
    public string PrometheusName => $"{Name.Replace('.', '_')}_total";
}
