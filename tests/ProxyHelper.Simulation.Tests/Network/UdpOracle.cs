using ProxyHelper.Simulation.Kernel;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Simulation.Network;

/// <summary>
/// Knows what the helper may do with each datagram, and objects to everything else. A server takes one batch at a time,
/// so the fate of a batch is known when the server receives the next one or waits.
/// </summary>
internal sealed class UdpOracle(World world, ScriptedKernel kernel) : IUdpJudge
{
    // The helper forgets a clock that was set back after two rounds, and may take some more to empty its queues.
    private const int RoundsAfterClockSet = 12;

    private readonly List<Datagram> _batch = [];
    private readonly Dictionary<UdpSocket, uint> _drops = [];
    private readonly MissingReply _missing = new(world, kernel);
    private readonly ExpectedCounts _expected = new();
    private readonly AnswerRates _rates = new();
    private GraceOracle? _grace;
    private SimulatedRules? _batchRules;
    private int _roundsUntilCertain;
    private int? _faultsAtIdle;
    private int _exchangesAtAdmission;

    /// <summary>Gets or sets the rules in force.</summary>
    public required SimulatedRules Rules
    {
        get;
        set
        {
            field = value;
            Grace.Reload(value);
        }
    }

    /// <summary>Gets what is known about the queries that wait.</summary>
    public GraceOracle Grace => _grace ??= new GraceOracle(world, kernel, _expected);

    /// <summary>Gets or sets the number of errors that receives have reported.</summary>
    public int ReceiveErrors { get; set; }

    /// <summary>Gets or sets the number of failed receives, with those that are no error.</summary>
    public int Faults { get; set; }

    /// <summary>
    /// Records that the real-time clock was set, so that the ages of some queries are unknown. A query that is being
    /// looked up has its age.
    /// </summary>
    public void SetClock()
    {
        _roundsUntilCertain = RoundsAfterClockSet;
        _faultsAtIdle = null;
        if (kernel.Exchanges == _exchangesAtAdmission)
        {
            _batch.ForEach(datagram => datagram.IsAgeUncertain = true);
        }
    }

    /// <summary>
    /// Records that no query arrived for as long as the server sleeps. It reads its clocks next, and notices that the
    /// clock was set.
    /// </summary>
    public void EndIdleTime() => _faultsAtIdle = Faults;

    /// <summary>Records that the server waits, which ends a batch and a round.</summary>
    public void BeginWait()
    {
        BeginBatch();
        Grace.BeginWait();
        _roundsUntilCertain = _faultsAtIdle == Faults ? 0 : Math.Max(0, _roundsUntilCertain - 1);
        _faultsAtIdle = null;
    }

    /// <summary>Ends the last batch: each of its datagrams has a reply, or a counted reason.</summary>
    public void BeginBatch()
    {
        foreach (Datagram datagram in _batch)
        {
            if (!datagram.IsAnswered && !MayWait(datagram))
            {
                List<Outcome> reasons = ReasonsOf(datagram);
                Violation.If(reasons.Count == 0, $"the query of {datagram.Sender} has no reply and no reason");
                _expected.AddOneOf([.. reasons]);
                int unsent = datagram is { IsReplyDelayed: true, IsReplyRefused: false } ? 1 : 0;
                _expected.Allow(Outcome.UnsentReply, unsent, isCertain: IsAlone(datagram));
            }
        }

        _batch.Clear();
        kernel.Failures = 0;
    }

    /// <summary>Decides about the batch that was received, by the rules in force and by the table.</summary>
    public void Admit(List<Datagram> received, bool countsBroadcasts)
    {
        _batchRules = Rules;
        _exchangesAtAdmission = kernel.Exchanges;
        foreach (Datagram datagram in received)
        {
            datagram.Refusal = Rules.FindRefusal(datagram);
            Grace.Admit(datagram);
            datagram.IsAgeUncertain = _roundsUntilCertain > 0;
            if (datagram.Refusal != Outcome.Broadcast || countsBroadcasts)
            {
                _batch.Add(datagram);
            }
        }

        NoteTable();
    }

    /// <summary>Records what the table says about the queries of the batch now.</summary>
    public void NoteTable()
    {
        foreach (Datagram datagram in _batch)
        {
            (Peer source, Peer destination) = datagram.Question;
            TableEntry? entry = kernel.Table.FindReply(destination, source);
            bool mayLearn = entry is not null && _batchRules!.MayLearn(datagram.Sender.Address, entry);
            datagram.WasAbsent |= !mayLearn;
            if (mayLearn && !datagram.Entries.Contains(entry!))
            {
                datagram.Entries.Add(entry!);
            }
        }
    }

    /// <summary>Records the drops that the kernel reports with a batch.</summary>
    public void Drop(UdpSocket socket, uint total) => _drops[socket] = total;

    /// <summary>Checks a reply that leaves.</summary>
    /// <param name="receiver">The receiver.</param>
    /// <param name="bytes">The reply.</param>
    /// <param name="source">The source address that the helper sets, or null if the socket has an address.</param>
    public void Reply(Peer receiver, ReadOnlySpan<byte> bytes, uint? source)
    {
        if (_batch.Count == 0)
        {
            Grace.Reply(receiver, bytes, source, kernel.HasLostAddresses);
            return;
        }

        Datagram query = FindQuery(receiver);
        query.IsAnswered = true;
        TimeSpan age = world.Now - query.ArrivedAt;
        bool isFound = bytes.Length == 66 && bytes[15] == 0x12;
        world.Trace.Add(world.Now, isFound ? "found" : "not found", receiver);
        Violation.If(age > _batchRules!.MaxAge, $"the reply to {receiver} is late: the query came {age} ago");
        Violation.If(source is { } from && from != query.LocalAddress, "a reply leaves from another address");
        _rates.Answer(receiver.Address, _batchRules, Rules, world.Now);
        if (isFound)
        {
            Violation.If(!IsRight(query, bytes), $"the reply to {receiver} is wrong: the sender may not learn this");
            _expected.AddOneOf([Outcome.Found]);
            return;
        }

        Grace.CheckNotFound(query, _batchRules);
        bool mayBeAbsent = query.WasAbsent
            || (IsUncertain(query) && query.Entries.Exists(entry => !entry.IsTranslated));
        bool mayFail = kernel.Failures >= 2; // the first attempt and the second
        Violation.If(
            !bytes.SequenceEqual(_batchRules.ReplyTo(query.Bytes, entry: null)),
            $"\"not found\" to {receiver} has other bytes");
        Violation.If(!mayBeAbsent && !mayFail, $"\"not found\" to {receiver} is wrong: the table has the entry");
        _expected.AddOneOf([
            .. mayBeAbsent ? [Outcome.NotFound] : Array.Empty<Outcome>(),
            .. mayFail ? [Outcome.FailedLookup] : Array.Empty<Outcome>()]);
    }

    /// <summary>Records that the kernel refuses to send a reply.</summary>
    public void RefuseReply(Peer receiver)
    {
        Datagram query = _batch.Count == 0 ? Grace.Find(receiver) : FindQuery(receiver);
        query.IsReplyRefused = true;
        _expected.AddExactly(Outcome.UnsentReply, 1);
    }

    /// <summary>Records that the kernel did not take a reply yet. Its outcome is counted.</summary>
    public void DelayReply(Peer receiver)
    {
        _batch.ForEach(datagram => datagram.IsReplyDelayed |= datagram.Sender == receiver && !datagram.IsAnswered);
        if (_batch.Count == 0)
        {
            Grace.DelayReply(receiver);
        }
    }

    /// <summary>Checks the counts of the whole run.</summary>
    public void CheckCounts(ResponderCounts counts)
    {
        Grace.End();
        _expected.AddExactly(Outcome.ReceiveError, ReceiveErrors);
        _expected.AddExactly(Outcome.QueueDrop, _drops.Values.Sum(total => total));
        _expected.AddExactly(Outcome.TableReopening, kernel.TablesOpened - 1);
        _expected.Check(counts);
    }

    /// <summary>Lets a datagram without a reply wait, if it may.</summary>
    private bool MayWait(Datagram datagram) =>
        (datagram.Refusal is null || IsUncertain(datagram))
        && datagram is { IsReplyRefused: false, IsReplyDelayed: false }
        && Grace.TryWait(datagram, _batchRules!, ReasonsOf(datagram));

    private bool IsRight(Datagram query, ReadOnlySpan<byte> bytes)
    {
        foreach (TableEntry entry in query.Entries)
        {
            if (bytes.SequenceEqual(_batchRules!.ReplyTo(query.Bytes, entry)))
            {
                return true;
            }
        }

        return false;
    }

    private Datagram FindQuery(Peer receiver) =>
        _batch.FindLast(datagram => datagram.Sender == receiver && !datagram.IsAnswered && !datagram.IsReplyRefused
            && (datagram.Refusal is null || IsUncertain(datagram)))
        ?? throw new Violation("a reply goes to nobody who is due one");

    private bool IsUncertain(Datagram datagram) => _missing.IsUncertain(datagram);

    private bool IsAlone(Datagram datagram) => _batch.Count(other => other.Sender == datagram.Sender) == 1;

    private List<Outcome> ReasonsOf(Datagram datagram) =>
        _missing.ReasonsOf(datagram, _batchRules!, IsAlone(datagram));
}
