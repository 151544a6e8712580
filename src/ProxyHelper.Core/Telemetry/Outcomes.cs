namespace ProxyHelper.Telemetry;

/// <summary>
/// The table of outcomes. The counts, the meter, the Prometheus text, the job's list of refusal reasons and the notices
/// follow from the table. To add a reason to refuse a query, add a member and its row here. Return the member where
/// queries are admitted, and add the count to the properties of the module's job.
/// </summary>
public static class Outcomes
{
    private static readonly OutcomeMetric _queries = new("proxyhelper.queries", "{query}", "Queries by outcome.");

    /// <summary>Gets the rows in the order of <see cref="Outcome"/>.</summary>
    public static IReadOnlyList<OutcomeRow> All { get; } =
    [
        new(Outcome.Found, "Found", _queries, "found", "Queries that were answered with the original ends."),
        new(Outcome.NotFound, "NotFound", _queries, "not_found", "Queries that were answered with 'not found'."),
        new(
            Outcome.FailedLookup, "FailedLookups", _queries, "failed",
            "Queries that were answered with 'not found', or 'unknown error' over TCP, because the look-up failed."),
        OfResolver(
            Outcome.ResolverAmbiguous, "ResolverAmbiguous", "resolver_ambiguous",
            "Queries that were answered with 'not found' because the resolver gave different answers.",
            "The resolver gave different answers"),
        OfResolver(
            Outcome.ResolverMismatch, "ResolverMismatches", "resolver_mismatch",
            "Queries that were answered with 'not found' because the resolver answered about other connections.",
            "The resolver answered about another connection than that of the query"),
        OfResolver(
            Outcome.ResolverLate, "ResolverLate", "resolver_late",
            "Queries that were answered with 'not found' because the resolver took too long.",
            "The resolver took too long"),
        OfResolver(
            Outcome.ResolverError, "ResolverErrors", "resolver_error",
            "Queries that were answered with 'not found' because the resolver failed.",
            "The resolver failed"),
        OfResolver(
            Outcome.ResolverInvalid, "ResolverInvalid", "resolver_invalid",
            "Queries that were answered with 'not found' because the resolver returned no mapping and no table.",
            "The resolver returned something that is neither a mapping nor the text of a table"),
        OfResolver(
            Outcome.ResolverTooOld, "ResolverTooOld", "resolver_too_old",
            "Queries that were answered with 'not found' because the table of the resolver was too old.",
            "The table is too old"),
        OfResolver(
            Outcome.ResolverFull, "ResolverFull", "resolver_full",
            "Queries that were answered with 'not found' because too many queries waited for the resolver.",
            "Too many queries wait for the resolver"),
        new(Outcome.Malformed, "Malformed", _queries, "malformed", "Datagrams and lines that were not queries.")
        {
            Notice = "Refused a malformed query from {0}",
        },
        new(Outcome.NotAllowed, "NotAllowed", _queries, "not_allowed", "Queries from senders that are not allowed.")
        {
            Notice = "Refused a query from {0}, which is not an allowed proxy",
            IsRefusal = true,
        },
        new(Outcome.NotItsOwn, "NotItsOwn", _queries, "not_its_own", "Queries about connections of other hosts.")
        {
            Notice = "Refused a query from {0} about a connection of another host: {0} is not a trusted client",
            IsRefusal = true,
        },
        new(Outcome.WrongSecret, "WrongSecret", _queries, "wrong_secret", "Queries with a wrong secret.")
        {
            Notice = "Refused a query from {0} with a wrong secret",
            IsRefusal = true,
        },
        new(Outcome.Broadcast, "Broadcasts", _queries, "broadcast", "Queries to a broadcast or multicast address.")
        {
            Notice = "Refused a query from {0} to a broadcast or multicast address",
            IsRefusal = true,
        },
        new(Outcome.Late, "Late", _queries, "late", "Queries that were too old to be answered safely.")
        {
            Notice = "Refused a query from {0} that had waited too long: "
                + "this host is overloaded or was paused, or its clock was set",
            NoticeKind = NoticeKind.Fault,
        },
        new(Outcome.TooOften, "TooOften", _queries, "too_often", "Queries from senders that exceeded the rate limit.")
        {
            Notice = "Refused a query from {0}, which exceeds the rate limit",
            IsRefusal = true,
        },
        Single(
            Outcome.QueueDrop, "QueueDrops", "proxyhelper.queue.drops", "{datagram}",
            "Datagrams that the kernel dropped because a queue was full."),
        Single(
            Outcome.ConnectionDrop, "ConnectionDrops", "proxyhelper.connection.drops", "{connection}",
            "TCP connections that were closed at once because too many were open.") with
        {
            Notice = "Closed a TCP connection from {0}: too many are open, in total or from this address",
        },
        Single(
            Outcome.ConnectionTimeout, "ConnectionTimeouts", "proxyhelper.connection.timeouts", "{connection}",
            "TCP connections that were closed because their time limit was reached.") with
        {
            Notice = "Closed a TCP connection from {0}: its time limit was reached",
        },
        Single(
            Outcome.UnsentReply, "UnsentReplies", "proxyhelper.replies.unsent", "{reply}",
            "Replies that the kernel refused to send."),
        Single(
            Outcome.ReceiveError, "ReceiveErrors", "proxyhelper.receive.errors", "{error}",
            "Errors that a socket reported instead of a datagram, a connection or a line."),
        Single(
            Outcome.TableReopening, "TableReopenings", "proxyhelper.conntrack.reopenings", "{reopening}",
            "Replacements of the socket to the conntrack table after an error."),
        Single(
            Outcome.GraceWait, "GraceWaits", "proxyhelper.grace.waits", "{query}",
            "Queries that waited because their connection was not found soon after an address had appeared."),
        Single(
            Outcome.GraceFind, "GraceFinds", "proxyhelper.grace.finds", "{query}",
            "Queries that waited, and whose connection was then found."),
    ];

    /// <summary>Gets the rows by metric.</summary>
    public static ILookup<OutcomeMetric, OutcomeRow> ByMetric { get; } = All.ToLookup(row => row.Metric);

    /// <summary>Returns the row of an outcome.</summary>
    public static OutcomeRow Row(Outcome outcome) => All[(int)outcome];

    private static OutcomeRow OfResolver(Outcome outcome, string name, string label, string help, string notice) =>
        new(outcome, name, _queries, label, help)
        {
            Notice = notice + ". The query from {0} was answered \"not found\"",
            NoticeKind = NoticeKind.Fault,
            IsResolverFault = true,
        };

    private static OutcomeRow Single(Outcome outcome, string name, string metric, string unit, string help) =>
        new(outcome, name, new OutcomeMetric(metric, unit, help), Label: null, help);
}

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

    /// <summary>
    /// Gets whether a query with this outcome was refused because of its sender, or of the address that it was sent to.
    /// </summary>
    public bool IsRefusal { get; init; }

    /// <summary>Gets whether a query with this outcome was answered without a certain result of the resolver.</summary>
    public bool IsResolverFault { get; init; }

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
