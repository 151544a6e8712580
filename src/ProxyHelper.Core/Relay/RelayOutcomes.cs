using ProxyHelper.Telemetry;

namespace ProxyHelper.Relay;

/// <summary>
/// The table of the outcomes of a relay. The counts, the Prometheus text, the properties of the module's job and the
/// notices follow from the table.
/// </summary>
public static class RelayOutcomes
{
    private static readonly OutcomeMetric _connections =
        new("proxyhelper.relay.connections", "{connection}", "Connections by outcome.");

    /// <summary>Gets the rows in the order of <see cref="RelayOutcome"/>.</summary>
    public static IReadOnlyList<RelayOutcomeRow> All { get; } =
    [
        Of(RelayOutcome.Finished, "finished", "Connections that both sides ended."),
        Of(RelayOutcome.Reset, "reset", "Connections that one side reset."),
        Of(RelayOutcome.IdleTimeout, "idle_timeout", "Connections without a byte for the idle time."),
        Of(
            RelayOutcome.HalfClosedTimeout, "half_closed_timeout",
            "Connections that one side had ended, without a byte for the half-closed time."),
        Of(RelayOutcome.Drained, "drained", "Connections that were open at the end of the drain time."),
        Refusal(
            RelayOutcome.NotRouter, "not_router", "Connections that did not come from a router.",
            "Reset a connection from {0}, which is not a router",
            "If {1} is a router, add it to 'router' (-Router). If not, close the port to it."),
        Fault(
            RelayOutcome.NotFound, "not_found", "Connections that the helper did not find.",
            "Reset a connection from {0}: the helper did not find it",
            "If a host connected straight to the port, this is correct. If not, run 'nft list ruleset' on the router: "
                + "the DNAT rule must translate the connection there."),
        Fault(
            RelayOutcome.NoReply, "no_reply", "Connections about which the helper did not reply in time.",
            "Reset a connection from {0}: the helper did not reply",
            "On the router, run 'journalctl -u proxy-helper' or 'Receive-Job -Name ProxyHelper -Keep' to see whether "
                + "the helper refuses queries. If not, a firewall drops them."),
        Fault(
            RelayOutcome.HelperUnreachable, "helper_unreachable",
            "Connections for which no helper listened on the router.",
            "Reset a connection from {0}: no helper listens there",
            "Start the helper. To look, run 'ss -ulpn sport = :{2}' on the router."),
        Fault(
            RelayOutcome.TooManyQueries, "too_many_queries", "Connections that exceeded the limit of queries.",
            "Reset a connection from {0}: too many queries wait for a reply",
            "If the helper replies in time, raise 'max-queries' (-MaxQueries)."),
        Fault(
            RelayOutcome.Loop, "loop", "Connections whose original end is this host or no host.",
            "Reset a connection from {0}: it would come back to the relay",
            "If the original source is this host, the DNAT rule of the router also catches the connections of the "
                + "proxy. Give the rule the interface of the users, such as 'iifname \"users\"'."),
        Refusal(
            RelayOutcome.PortNotAllowed, "port_not_allowed", "Connections to a port that is not allowed.",
            "Reset a connection from {0}: its original port is not allowed",
            "If the router redirects this port on purpose, add it to 'allow-port' (-AllowedPort)."),
        Refusal(
            RelayOutcome.TooManyOfSource, "too_many_of_source",
            "Connections of an original source that had too many connections.",
            "Reset a connection from {0}: its original source has too many connections",
            "If many users share this source, raise 'max-connections-per-source' (-MaxConnectionsPerSource)."),
        Of(
            RelayOutcome.ClientGone, "client_gone",
            "Connections that the user reset before the relay had reached the target."),
        Fault(
            RelayOutcome.TargetRefused, "target_refused", "Connections that the target refused.",
            "Reset a connection from {0}: the target refused it"),
        Fault(
            RelayOutcome.TargetTimeout, "target_timeout", "Connections that the target did not accept in time.",
            "Reset a connection from {0}: the target did not accept it in time"),
        Fault(
            RelayOutcome.LocalFault, "local_fault", "Connections for which a descriptor or memory was missing.",
            "Reset a connection from {0}: a descriptor or memory is missing"),
        Single(
            RelayOutcome.IgnoredReply, "proxyhelper.relay.replies.ignored", "{datagram}",
            "Datagrams that are no expected reply."),
        Single(
            RelayOutcome.AcceptError, "proxyhelper.relay.accept.errors", "{error}",
            "Connections that could not be accepted and waited in the kernel."),
    ];

    /// <summary>Returns the row of an outcome.</summary>
    public static RelayOutcomeRow Row(RelayOutcome outcome) => All[(int)outcome];

    private static RelayOutcomeRow Of(RelayOutcome outcome, string label, string help) =>
        new(outcome, _connections, label, help);

    private static RelayOutcomeRow Refusal(
        RelayOutcome outcome, string label, string help, string notice, string advice) =>
        Of(outcome, label, help) with { Notice = notice, Advice = advice, IsRefusal = true };

    private static RelayOutcomeRow Fault(
        RelayOutcome outcome, string label, string help, string notice, string? advice = null) =>
        Of(outcome, label, help) with { Notice = notice, Advice = advice, NoticeKind = NoticeKind.Fault };

    private static RelayOutcomeRow Single(RelayOutcome outcome, string metric, string unit, string help) =>
        new(outcome, new OutcomeMetric(metric, unit, help), Label: null, help);
}

/// <summary>Describes one <see cref="RelayOutcome"/> for counters, metrics, jobs and notices.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Metric">The metric that contains its count.</param>
/// <param name="Label">The value of the metric's outcome label, or null if the metric has only one count.</param>
/// <param name="Help">A sentence that says what is counted.</param>
public sealed record RelayOutcomeRow(RelayOutcome Outcome, OutcomeMetric Metric, string? Label, string Help)
{
    /// <summary>
    /// Gets the notice for an administrator, with {0} for the sender, or null if the outcome causes no notice.
    /// </summary>
    public string? Notice { get; init; }

    /// <summary>
    /// Gets what an administrator can do next, or null if the notice has no fixed advice. {1} stands for the sender's
    /// address, and {2} for the port of the helper.
    /// </summary>
    public string? Advice { get; init; }

    /// <summary>Gets the kind of the notice.</summary>
    public NoticeKind NoticeKind { get; init; } = NoticeKind.Refusal;

    /// <summary>Gets whether the rules refuse a connection with this outcome.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>Gets whether the outcome is one of a connection.</summary>
    public bool IsOfConnection => Label is not null;
}
