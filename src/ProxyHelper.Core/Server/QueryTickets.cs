using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Mappings;
using ProxyHelper.Sources;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>Represents what a server replies to a query, and what the query is counted as.</summary>
/// <param name="Lookup">The result of the look-up.</param>
/// <param name="Outcome">The outcome of the query.</param>
internal readonly record struct QueryResult(Lookup Lookup, Outcome Outcome)
{
    /// <summary>Returns the reply "not found" with a reason.</summary>
    public static QueryResult NotFound(Outcome reason) => new(new Lookup(LookupOutcome.NotFound, default), reason);
}

/// <summary>
/// Begins the look-ups of a server's queries with a resolver, and turns their results into replies. A result without
/// one certain answer is "not found", and its reason is logged.
/// </summary>
/// <param name="queue">The queue of the resolver.</param>
/// <param name="wake">Wakes the server when a ticket is done. Any thread calls it.</param>
/// <param name="telemetry">The counters and the journal of the server.</param>
internal sealed class QueryTickets(ResolverQueue queue, Action wake, ServerTelemetry telemetry)
{
    /// <summary>Begins the look-up of a query.</summary>
    /// <param name="reply">
    /// The tuple of the reply direction, from the translated destination to the translated source.
    /// </param>
    /// <param name="sender">The address of the sender of the query.</param>
    public ResolverTicket Begin(in ConntrackTuple reply, IPv4Address sender) =>
        queue.Begin(new MappingQuery(reply.Protocol, reply.Destination, reply.Source), sender, wake);

    /// <summary>Returns the reply to a query that has no place to wait.</summary>
    public QueryResult Refuse(IPv4Address sender)
    {
        telemetry.Journal.LogRefusal(Outcome.ResolverFull, sender);
        return QueryResult.NotFound(Outcome.ResolverFull);
    }

    /// <summary>Returns the reply to a query. If its ticket is not done, the result is late.</summary>
    /// <param name="ticket">The ticket of the query.</param>
    /// <param name="sender">The address of the sender of the query.</param>
    /// <param name="reply">The tuple that was looked up, in the reply direction.</param>
    /// <param name="admission">Decides what the sender may learn.</param>
    public QueryResult Take(
        ResolverTicket ticket, IPv4Address sender, in ConntrackTuple reply, Admission admission)
    {
        if (ticket.Result is not { } result)
        {
            ticket.Abandon();
            telemetry.Journal.LogRefusal(Outcome.ResolverLate, sender);
            return QueryResult.NotFound(Outcome.ResolverLate);
        }

        if (result.IsFound)
        {
            var original = new ConntrackTuple(reply.Protocol, result.Source, result.Destination, Icmp: null);
            return admission.MayLearn(sender, original, reply)
                ? new QueryResult(new Lookup(LookupOutcome.Found, original), Outcome.Found)
                : QueryResult.NotFound(Outcome.NotFound);
        }

        Outcome reason = OutcomeOf(result.Fault);
        if (reason != Outcome.NotFound)
        {
            telemetry.Journal.LogRefusal(reason, sender, result.Reason);
        }

        return QueryResult.NotFound(reason);
    }

    private static Outcome OutcomeOf(ResolverFault fault) => fault switch
    {
        ResolverFault.None => Outcome.NotFound,
        ResolverFault.Ambiguous => Outcome.ResolverAmbiguous,
        ResolverFault.Mismatch => Outcome.ResolverMismatch,
        ResolverFault.TimedOut => Outcome.ResolverLate,
        ResolverFault.WrongType => Outcome.ResolverInvalid,
        ResolverFault.TooOld => Outcome.ResolverTooOld,
        ResolverFault.Busy => Outcome.ResolverFull,
        _ => Outcome.ResolverError,
    };
}
