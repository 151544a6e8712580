using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>
/// Looks up queries in the kernel. Queries whose connection is not found wait while a <see cref="FailoverGrace"/> is
/// active. Every few milliseconds they are looked up again. A query is answered when its connection is found, and "not
/// found" when it can wait no longer. The sender cannot know from the time of the reply whether an entry exists that it
/// may not learn about, because such an entry counts as not found.
/// </summary>
/// <param name="batch">The parts with which the server answers a batch.</param>
/// <param name="sockets">The sockets of the server.</param>
/// <param name="context">What the server gets from its responder, with the watch of the addresses.</param>
[SupportedOSPlatform("linux")]
internal sealed class UdpGrace(UdpBatch batch, QuerySocket[] sockets, ServerContext context)
    : UdpSource(batch, sockets)
{
    private readonly FailoverGrace _grace = new(
        context.Watch!,
        sockets.Select(socket => IPv4Address.FromIPAddress(socket.EndPoint.Address)),
        context.Clock,
        context.Telemetry.Journal);

    private TimeSpan _lookedUpAt;

    /// <inheritdoc/>
    public override SafeHandle Wake => _grace.Reports;

    /// <inheritdoc/>
    public override TimeSpan LimitWait(TimeSpan limit, ServerRules rules)
    {
        limit = _grace.LimitWait(limit);
        if (WaitingCount == 0)
        {
            return limit;
        }

        TimeSpan left = _lookedUpAt + FailoverGrace.Interval - Now;
        return left < TimeSpan.Zero ? TimeSpan.Zero : left < limit ? left : limit;
    }

    /// <inheritdoc/>
    public override void BeginRound(bool isWoken, ServerRules rules)
    {
        _grace.Update(isWoken, rules.FailoverGrace);
        LookUpAgain(rules);
    }

    /// <inheritdoc/>
    public override void LookUp(QuerySocket socket, ServerRules rules)
    {
        Batch.Lookups.Find(rules.Admission);
        if (!Batch.Lookups.AreAllFound && _grace.MayBeginToWait(Batch.Arrivals.SinceBoot, rules.FailoverGrace))
        {
            TakeNotFound(socket, rules);
        }
    }

    /// <inheritdoc/>
    public override void BeginEnd(ServerRules rules)
    {
        _grace.End();
        LookUpAgain(rules);
    }

    /// <inheritdoc/>
    public override void End(TimeSpan limit, ServerRules rules)
    {
        // No query waits after the grace.
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The watch of the grace belongs to the server.
    }

    /// <inheritdoc/>
    protected override bool IsDue(in WaitingQuery query, ServerRules rules) => true;

    /// <inheritdoc/>
    protected override void LookUpWaiting(ServerRules rules) => Batch.Lookups.Find(rules.Admission);

    /// <inheritdoc/>
    protected override bool IsDone(int index, ServerRules rules)
    {
        bool isFound = Batch.Lookups.Result(index).Outcome == LookupOutcome.Found;
        if (isFound
            || !_grace.IsActive(Batch.Arrivals.SinceBoot, rules.FailoverGrace)
            || Batch.Replies.Pending(index).Age >= rules.Admission.LongestWait)
        {
            Batch.Telemetry.Counters.Add(Outcome.GraceFind, isFound ? 1 : 0);
            return true;
        }

        return false;
    }

    /// <summary>Looks the waiting queries up again if it is time, and answers those that do not wait longer.</summary>
    private void LookUpAgain(ServerRules rules)
    {
        if (WaitingCount == 0
            || (Now - _lookedUpAt < FailoverGrace.Interval && _grace.IsActive(Now, rules.FailoverGrace)))
        {
            return;
        }

        ServeWaiting(rules);
        _lookedUpAt = Now;
    }

    /// <summary>Takes the queries that may wait out of the batch that was looked up.</summary>
    private void TakeNotFound(QuerySocket socket, ServerRules rules)
    {
        int kept = 0;
        for (int i = 0; i < Batch.Lookups.Count; i++)
        {
            if (Batch.Lookups.Result(i).Outcome == LookupOutcome.Found
                || Batch.Replies.Pending(i).Age >= rules.Admission.LongestWait
                || !HasRoom(i))
            {
                Batch.Keep(i, kept++);
                continue;
            }

            _lookedUpAt = WaitingCount == 0 ? Batch.Arrivals.SinceBoot : _lookedUpAt;
            Keep(i, socket);
            Batch.Telemetry.Counters.Add(Outcome.GraceWait);
        }

        Batch.Lookups.Truncate(kept);
    }
}
