using ProxyHelper.Simulation.Kernel;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Simulation.Network;

/// <summary>
/// Knows which queries may wait after an address has appeared, and what the helper may do with them. A query waits
/// until its entry is there, until it is nearly too old, or until the grace ends.
/// </summary>
internal sealed class GraceOracle
{
    private const int FewQueries = 100; // that wait, so that every sender has a place left

    // The time that a round of the helper takes at most, in which a query begins to wait or becomes too old.
    private static readonly TimeSpan _round = TimeSpan.FromMilliseconds(15);

    private readonly World _world;
    private readonly ScriptedKernel _kernel;
    private readonly ExpectedCounts _expected;
    private readonly List<Datagram> _waiting = [];
    private readonly List<SimulatedRules> _rules = [];
    private int _firstOfRound;
    private TimeSpan? _appearedAt;
    private TimeSpan? _beganAt;
    private TimeSpan? _knownAt; // the appearance that the helper knows about

    public GraceOracle(World world, ScriptedKernel kernel, ExpectedCounts expected)
    {
        _world = world;
        _kernel = kernel;
        _expected = expected;
        kernel.Listed = () => (_beganAt, _knownAt) = (_appearedAt is null ? null : world.Now, _appearedAt);
        kernel.LookedUp = NoteLookup;
    }

    private IEnumerable<SimulatedRules> RulesOfRound => _rules.Skip(_firstOfRound);

    /// <summary>Records the rules that are in force from now on.</summary>
    public void Reload(SimulatedRules rules) => _rules.Add(rules);

    /// <summary>Records that an address of the helper has appeared.</summary>
    public void Appear() => _appearedAt = _world.Now;

    /// <summary>Records that the server waits, which ends a round.</summary>
    public void BeginWait()
    {
        _firstOfRound = _rules.Count - 1;
        _waiting.RemoveAll(datagram => datagram.IsAnswered);
    }

    /// <summary>Records that a datagram is admitted.</summary>
    public void Admit(Datagram datagram)
    {
        datagram.AdmittedAt = _world.Now;
        datagram.FrozenBefore = _world.Frozen;
        datagram.RulesBefore = _rules.Count;
    }

    /// <summary>Lets a datagram without a reply wait, if it may.</summary>
    /// <param name="datagram">The datagram.</param>
    /// <param name="rules">The rules of its batch.</param>
    /// <param name="otherReasons">The reasons for which it has no reply if it does not wait.</param>
    public bool TryWait(Datagram datagram, SimulatedRules rules, List<Outcome> otherReasons)
    {
        bool mayBeAbsent = datagram.WasAbsent || _kernel.Failures >= 2;
        if (!mayBeAbsent || _beganAt is not { } began || datagram.AdmittedAt - began >= rules.Grace)
        {
            return false;
        }

        datagram.OtherReasons = otherReasons;
        _expected.Allow(Outcome.GraceWait, 1);
        _waiting.Add(datagram);
        return true;
    }

    /// <summary>Checks that a query whose connection is not found waits.</summary>
    public void CheckNotFound(Datagram query, SimulatedRules rules) => Violation.If(
        IsSurelyActive(query, rules) && _waiting.Count < FewQueries && _kernel.Failures == 0,
        $"\"not found\" to {query.Sender} is too early: an address has appeared");

    /// <summary>
    /// Returns the query that a reply or an error belongs to. If smtp-gated has sent the query again, one of both may
    /// have been refused before.
    /// </summary>
    public Datagram Find(Peer receiver)
    {
        List<Datagram> possible = _waiting.FindAll(
            datagram => datagram.Sender == receiver && datagram is { IsAnswered: false, IsReplyRefused: false });
        return possible.Find(datagram => _world.Now - datagram.ArrivedAt <= RulesOfRound.Max(rules => rules.MaxAge))
            ?? possible.FirstOrDefault()
            ?? throw new Violation("a reply goes to nobody who is due one");
    }

    /// <summary>Records that the kernel did not take a reply yet.</summary>
    public void DelayReply(Peer receiver) => _waiting.ForEach(
        datagram => datagram.IsReplyDelayed |= datagram.Sender == receiver && !datagram.IsAnswered);

    /// <summary>Checks a reply to a query that waited.</summary>
    public void Reply(Peer receiver, ReadOnlySpan<byte> bytes, uint? source, bool isUncertain)
    {
        Datagram query = Find(receiver);
        query.IsAnswered = true;
        bool isFound = bytes.Length == 66 && bytes[15] == 0x12;
        TimeSpan age = _world.Now - query.ArrivedAt;
        _world.Trace.Add(_world.Now, isFound ? "found after a wait" : "not found after a wait", receiver);
        Violation.If(age > RulesOfRound.Max(rules => rules.MaxAge), $"the reply to {receiver} is late: {age}");
        Violation.If(source is { } from && from != query.LocalAddress, "a reply leaves from another address");
        byte[] reply = bytes.ToArray();
        Violation.If(
            !RulesOfRound.Any(rules => IsRight(query, reply, isFound, rules, isUncertain)),
            $"the reply to {receiver} after a wait is wrong");
        bool isOnlyRule = query.RulesBefore == _rules.Count;
        Violation.If(
            !isFound && isOnlyRule && age + _round < _rules[^1].LongestWait && IsSurelyActive(query, _rules[^1]),
            $"the wait of {receiver} ends too early");
        _expected.AddOneOf(isFound ? [Outcome.Found] : [Outcome.NotFound, Outcome.FailedLookup]);
        _expected.Allow(Outcome.GraceFind, isFound ? 1 : 0, isCertain: true);
    }

    /// <summary>Checks the queries that got no reply. Called at the end of the run.</summary>
    public void End()
    {
        foreach (Datagram datagram in _waiting.Where(datagram => !datagram.IsAnswered))
        {
            Outcome[] reasons = [.. ReasonsOf(datagram)];
            Violation.If(reasons.Length == 0, $"the query of {datagram.Sender} waited and has no reply and no reason");
            _expected.AddOneOf(reasons);
            _expected.Allow(Outcome.GraceFind, 1);
            _expected.Allow(Outcome.UnsentReply, datagram is { IsReplyDelayed: true, IsReplyRefused: false } ? 1 : 0);
        }
    }

    private IEnumerable<Outcome> ReasonsOf(Datagram datagram)
    {
        IEnumerable<Outcome> refusals = _rules.Skip(datagram.RulesBefore - 1)
            .Select(rules => rules.FindRefusal(datagram))
            .OfType<Outcome>();
        bool hasStoodStill = _world.Frozen > datagram.FrozenBefore;
        bool isCounted = datagram.IsReplyRefused || datagram.IsReplyDelayed;
        bool mayBeLate = hasStoodStill || datagram.IsAgeUncertain || _rules.Count > datagram.RulesBefore;
        bool mayBeStranger = _kernel.HasLostAddresses;
        return datagram.OtherReasons
            .Concat(refusals)
            .Concat(mayBeStranger ? [Outcome.NotItsOwn, Outcome.NotAllowed, Outcome.WrongSecret] : [])
            .Concat(mayBeLate ? [Outcome.Late] : [])
            .Concat(isCounted ? [Outcome.Found, Outcome.NotFound, Outcome.FailedLookup] : [])
            .Distinct();
    }

    /// <summary>Returns whether the helper knows about an address so new that queries wait.</summary>
    private bool IsSurelyActive(Datagram query, SimulatedRules rules) =>
        _beganAt is not null && _knownAt is { } appeared && _world.StoppedAt is null && !_kernel.HasLostAddresses
        && !query.IsAgeUncertain && query.AdmittedAt > _beganAt && _world.Now + _round - appeared < rules.Grace
        && _world.Now + _round - query.ArrivedAt < rules.LongestWait && _rules[^1] == rules;

    private bool IsRight(Datagram query, byte[] reply, bool isFound, SimulatedRules rules, bool isUncertain)
    {
        TableEntry? entry = query.LookedUp;
        bool mayLearn = entry is not null && rules.MayLearn(query.Sender.Address, entry);
        bool isEntry = entry is not null && (mayLearn || isUncertain);
        bool isAbsent = !mayLearn || isUncertain || _kernel.Failures >= 2;
        return (isFound ? isEntry : isAbsent)
            && reply.AsSpan().SequenceEqual(rules.ReplyTo(query.Bytes, isFound ? entry : null));
    }

    /// <summary>Records what the kernel answers to the look-up of queries that wait.</summary>
    private void NoteLookup(Peer source, Peer destination)
    {
        foreach (Datagram datagram in _waiting.Where(one => one.Question == (destination, source) && !one.IsAnswered))
        {
            datagram.LookedUp = _kernel.Table.FindReply(source, destination);
        }
    }
}
