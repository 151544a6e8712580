using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Lifetime;
using ProxyHelper.Linux;

namespace ProxyHelper.Server;

/// <summary>
/// Looks up queries with a resolver. Each query waits for its ticket, and is answered when the ticket is done, or when
/// the query can wait no longer. The server goes on receiving in between.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class UdpTickets : UdpSource
{
    private readonly QueryTickets _tickets;
    private readonly LinuxWake _wake;
    private readonly ReadyQueue _ready; // waits for the signal alone, when the server stops
    private bool _isOver;

    /// <summary>Creates a source.</summary>
    /// <param name="batch">The parts with which the server answers a batch.</param>
    /// <param name="sockets">The sockets of the server.</param>
    /// <param name="context">What the server gets from its responder, with the queue of the resolver.</param>
    /// <exception cref="LinuxException">Thrown when the process has no descriptor left.</exception>
    public UdpTickets(UdpBatch batch, QuerySocket[] sockets, ServerContext context)
        : base(batch, sockets)
    {
        _wake = LinuxWake.Open();
        _tickets = new QueryTickets(context.Resolver!, _wake.Set, context.Telemetry);
        _ready = context.CreateQueue([_wake.Handle]);
    }

    /// <inheritdoc/>
    public override SafeHandle Wake => _wake.Handle;

    /// <inheritdoc/>
    public override TimeSpan LimitWait(TimeSpan limit, ServerRules rules)
    {
        TimeSpan now = Now;
        for (int place = 0; place < WaitingCount; place++)
        {
            TimeSpan left = Waiting(place).ArrivedAt + rules.Admission.LongestWait - now;
            limit = left < limit ? left : limit;
        }

        return limit > TimeSpan.Zero ? limit : TimeSpan.Zero;
    }

    /// <inheritdoc/>
    public override void BeginRound(bool isWoken, ServerRules rules)
    {
        if (isWoken)
        {
            _wake.Reset(); // before the tickets are looked at, so that a later one wakes the server again
        }

        if (WaitingCount > 0 && (isWoken || LimitWait(TimeSpan.MaxValue, rules) == TimeSpan.Zero))
        {
            ServeWaiting(rules);
        }
    }

    /// <inheritdoc/>
    public override void LookUp(QuerySocket socket, ServerRules rules)
    {
        int kept = 0;
        for (int i = 0; i < Batch.Lookups.Count; i++)
        {
            if (!HasRoom(i))
            {
                Batch.Lookups.Set(i, _tickets.Refuse(Batch.Lookups.Sender(i)));
                Batch.Keep(i, kept++);
                continue;
            }

            Keep(i, socket, _tickets.Begin(Batch.Lookups.Reply(i), Batch.Lookups.Sender(i)));
        }

        Batch.Lookups.Truncate(kept);
    }

    /// <inheritdoc/>
    public override void BeginEnd(ServerRules rules) => ServeWaiting(rules);

    /// <inheritdoc/>
    public override void End(TimeSpan limit, ServerRules rules)
    {
        TimeSpan began = Now, left = limit;
        while (WaitingCount > 0 && left > TimeSpan.Zero)
        {
            int ready = _ready.Wait((int)Math.Ceiling(LimitWait(left, rules).TotalMilliseconds));
            BeginRound(ready > 0, rules);
            left = limit - (Now - began);
        }

        _isOver = true;
        ServeWaiting(rules);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        for (int place = 0; place < WaitingCount; place++)
        {
            Waiting(place).Ticket?.Abandon();
        }

        _ready.Dispose();
        _wake.Dispose();
    }

    /// <inheritdoc/>
    protected override bool IsDue(in WaitingQuery query, ServerRules rules) => _isOver
        || query.Ticket!.IsDone
        || Batch.Arrivals.SinceBoot - query.ArrivedAt >= rules.Admission.LongestWait;

    /// <inheritdoc/>
    protected override void LookUpWaiting(ServerRules rules)
    {
        for (int i = 0; i < Batch.Lookups.Count; i++)
        {
            IPv4Address sender = Batch.Lookups.Sender(i);
            Batch.Lookups.Set(i, _tickets.Take(WaitingOf(i).Ticket!, sender, Batch.Lookups.Reply(i), rules.Admission));
        }
    }

    /// <inheritdoc/>
    protected override bool IsDone(int index, ServerRules rules) => true;
}
