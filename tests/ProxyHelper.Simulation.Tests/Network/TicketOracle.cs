using ProxyHelper.Simulation.Kernel;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Simulation.Network;

/// <summary>
/// Knows what a helper with a resolver may do with each query. A query waits for its own look-up, and is answered when
/// that has ended, or when the query can wait no longer.
/// </summary>
internal sealed class TicketOracle(World world, ScriptedLookups lookups) : IUdpJudge
{
    private const int ManyQueries = 512; // that wait, so that a sender may have no place left

    // The time that a round of the helper takes at most.
    private static readonly TimeSpan _round = TimeSpan.FromMilliseconds(15);

    private static readonly Outcome[] _notFound =
    [
        Outcome.NotFound, Outcome.ResolverAmbiguous, Outcome.ResolverMismatch, Outcome.ResolverLate,
        Outcome.ResolverError, Outcome.ResolverInvalid, Outcome.ResolverFull,
    ];

    private readonly Dictionary<(Peer Source, Peer Destination), int> _uses = [];
    private readonly List<Datagram> _waiting = [];
    private readonly List<SimulatedRules> _rules = [];
    private readonly Dictionary<UdpSocket, uint> _drops = [];
    private readonly ExpectedCounts _expected = new();

    /// <inheritdoc/>
    public int ReceiveErrors { get; set; }

    /// <inheritdoc/>
    public int Faults { get; set; }

    /// <summary>Gets the rules in force.</summary>
    public SimulatedRules Rules => _rules[^1];

    /// <summary>Records the rules that are in force from now on.</summary>
    public void Reload(SimulatedRules rules) => _rules.Add(rules);

    /// <inheritdoc/>
    public void BeginBatch()
    {
        // The fate of a query is known at the end of the run.
    }

    /// <inheritdoc/>
    public void Admit(List<Datagram> received, bool countsBroadcasts)
    {
        foreach (Datagram datagram in received)
        {
            datagram.Refusal = Rules.FindRefusal(datagram);
            datagram.AdmittedAt = world.Now;
            datagram.FrozenBefore = world.Frozen;
            datagram.RulesBefore = _rules.Count;
            if (datagram.Refusal is null)
            {
                _waiting.Add(datagram);
            }
            else if (datagram.Refusal != Outcome.Broadcast || countsBroadcasts)
            {
                _expected.AddOneOf([datagram.Refusal.Value]);
            }
        }
    }

    /// <inheritdoc/>
    public void Drop(UdpSocket socket, uint total) => _drops[socket] = total;

    /// <inheritdoc/>
    public void Reply(Peer receiver, ReadOnlySpan<byte> bytes, uint? source)
    {
        byte[] reply = bytes.ToArray();
        bool isFound = reply.Length == 66 && reply[15] == 0x12;
        Datagram query = FindQuery(receiver) ?? throw new Violation("a reply goes to nobody who is due one");
        world.Trace.Add(world.Now, isFound ? "found by the resolver" : "not found by the resolver", receiver);
        Violation.If(!IsRight(query, reply, isFound), $"the reply to {receiver} is wrong");
        Violation.If(IsLate(query), $"the reply to {receiver} is late: {world.Now - query.ArrivedAt}");
        Violation.If(source is { } from && from != query.LocalAddress, "a reply leaves from another address");
        query.IsAnswered = true;
        CountUse(query);
        _expected.AddOneOf(isFound ? [Outcome.Found] : _notFound);
        _expected.Allow(Outcome.UnsentReply, query.IsReplyDelayed ? 1 : 0);
    }

    /// <inheritdoc/>
    public void RefuseReply(Peer receiver)
    {
        if (FindQuery(receiver) is { } query)
        {
            query.IsReplyRefused = true;
        }
    }

    /// <inheritdoc/>
    public void DelayReply(Peer receiver)
    {
        if (FindQuery(receiver) is { } query)
        {
            query.IsReplyDelayed = true;
        }
    }

    /// <summary>Checks the counts of the whole run, and the queries that got no reply.</summary>
    public void CheckCounts(ResponderCounts counts)
    {
        foreach (Datagram datagram in _waiting.Where(datagram => !datagram.IsAnswered))
        {
            Outcome[] reasons = [.. ReasonsOf(datagram).Distinct()];
            Violation.If(reasons.Length == 0, $"the query of {datagram.Sender} has no reply and no reason");
            _expected.AddOneOf(reasons);
            _expected.Allow(Outcome.UnsentReply, datagram.IsReplyRefused || datagram.IsReplyDelayed ? 1 : 0);
        }

        _expected.AddExactly(Outcome.ReceiveError, ReceiveErrors);
        _expected.AddExactly(Outcome.QueueDrop, _drops.Values.Sum(total => total));
        _expected.Check(counts);
    }

    private IEnumerable<SimulatedRules> RulesOf(Datagram datagram) => _rules.Skip(datagram.RulesBefore - 1);

    private bool IsLate(Datagram datagram) =>
        world.Now - datagram.ArrivedAt > RulesOf(datagram).Max(rules => rules.MaxAge);

    private Datagram? FindQuery(Peer receiver) =>
        _waiting.Find(one => one.Sender == receiver && one is { IsAnswered: false, IsReplyRefused: false });

    private IEnumerable<Outcome> ReasonsOf(Datagram datagram)
    {
        bool mayBeLate = world.Frozen > datagram.FrozenBefore
            || datagram.AdmittedAt - datagram.ArrivedAt > RulesOf(datagram).Min(rules => rules.MaxAge)
            || _rules.Count > datagram.RulesBefore;
        bool isCounted = datagram.IsReplyRefused || datagram.IsReplyDelayed;
        return RulesOf(datagram).Select(rules => rules.FindRefusal(datagram)).OfType<Outcome>()
            .Concat(mayBeLate ? [Outcome.Late] : [])
            .Concat(RulesOf(datagram).Any(rules => rules.Rate is > 0 and < 100) ? [Outcome.TooOften] : [])
            .Concat(isCounted ? [Outcome.Found, .. _notFound] : []);
    }

    /// <summary>Checks that each look-up answers one query at most.</summary>
    private void CountUse(Datagram query)
    {
        if (MayEndEarly(query))
        {
            return;
        }

        int uses = _uses[query.Question] = _uses.GetValueOrDefault(query.Question) + 1;
        int ended = lookups.All.Count(
            lookup => lookup.EndedAt is not null && (lookup.Source, lookup.Destination) == query.Question);
        Violation.If(uses > ended, $"{uses} replies come from {ended} look-ups");
    }

    private bool IsRight(Datagram query, byte[] reply, bool isFound) => isFound
        ? IsRightFound(query, reply)
        : RulesOf(query).Any(rules => reply.AsSpan().SequenceEqual(rules.ReplyTo(query.Bytes, entry: null)))
            && MayBeNotFound(query);

    /// <summary>Returns whether a look-up that began after the arrival proves the entry of a reply.</summary>
    private bool IsRightFound(Datagram query, byte[] reply) => LookupsOf(query).Any(lookup =>
        lookup.Found is { } entry
        && RulesOf(query).Any(rules => rules.MayLearn(query.Sender.Address, entry)
            && reply.AsSpan().SequenceEqual(rules.ReplyTo(query.Bytes, entry))));

    /// <summary>
    /// Returns whether "not found" is right: a look-up has found nothing certain, the query can wait no longer, or the
    /// sender may not learn about the entry.
    /// </summary>
    private bool MayBeNotFound(Datagram query) => MayEndEarly(query) || LookupsOf(query).Any(lookup =>
        lookup.Found is not { } entry || RulesOf(query).Any(rules => !rules.MayLearn(query.Sender.Address, entry)));

    /// <summary>Returns whether "not found" is right without a look-up that has ended.</summary>
    private bool MayEndEarly(Datagram query) => world.StoppedAt is not null
        || world.Now - query.ArrivedAt + _round >= RulesOf(query).Min(rules => rules.LongestWait)
        || _waiting.Count(one => !one.IsAnswered) >= ManyQueries;

    private IEnumerable<ScriptedLookup> LookupsOf(Datagram query) => lookups.All.Where(lookup =>
        lookup.EndedAt is not null && lookup.BegunAt >= query.ArrivedAt
        && (lookup.Source, lookup.Destination) == query.Question);
}
