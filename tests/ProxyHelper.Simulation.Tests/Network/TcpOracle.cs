using System.Buffers.Binary;
using System.Net;
using System.Text.RegularExpressions;
using ProxyHelper.Protocol;
using ProxyHelper.Simulation.Kernel;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Simulation.Network;

/// <summary>Knows what the helper may do with each TCP connection, and objects to everything else.</summary>
internal sealed partial class TcpOracle(World world, ScriptedKernel kernel)
{
    private const int MaxPerSource = 64;

    private readonly ExpectedCounts _expected = new();
    private readonly HashSet<TcpConversation> _open = [];
    private readonly List<string> _rightReplies = [];
    private SimulatedRules? _acceptRules;
    private TcpConversation? _current;
    private SimulatedRules? _currentRules;

    /// <summary>Gets or sets the rules in force.</summary>
    public required SimulatedRules Rules { get; set; }

    /// <summary>Gets the longest time that a connection may last.</summary>
    public required TimeSpan MaxTime { get; init; }

    /// <summary>Gets or sets the number of calls of which one fails; 0 for none.</summary>
    public int FaultOnceIn { get; set; }

    /// <summary>Gets or sets whether the run is over, and everything is closed.</summary>
    public bool IsOver { get; set; }

    /// <summary>Gets whether a connection could not be accepted after the stop.</summary>
    public bool HasFailedDrain { get; private set; }

    /// <summary>Records that the server waits, which ends everything that it does together.</summary>
    public void BeginWait()
    {
        EndAnswer();
        _acceptRules = null;
    }

    /// <summary>Records that the helper accepts connections, by the rules that it read before the first.</summary>
    public void BeginAccept()
    {
        EndAnswer();
        _acceptRules ??= Rules;
    }

    /// <summary>Records that the kernel refused to accept a connection.</summary>
    public void FailAccept()
    {
        _expected.AddExactly(Outcome.ReceiveError, 1);
        HasFailedDrain |= world.StoppedAt is not null;
    }

    /// <summary>Records that a connection has a place.</summary>
    public void Open(TcpConversation conversation)
    {
        Violation.If(!MayAsk(conversation), $"{conversation.Client} is not allowed, but its connection stays open");
        conversation.OpenedAt = world.Now;
        _open.Add(conversation);
    }

    /// <summary>Records that the line of a connection was read, so that the helper looks it up next.</summary>
    public void BeginAnswer(TcpConversation conversation)
    {
        BeginWait();
        _current = conversation;
        _currentRules = Rules;
        _rightReplies.Clear();
        NoteTable();
    }

    /// <summary>Records what the table says about the line now.</summary>
    public void NoteTable()
    {
        if (_current is not null)
        {
            _rightReplies.Add(RightReply(_current, _currentRules!.IsTrusted(_current.Client.Address)));
            if (IsUncertain(_current))
            {
                _rightReplies.Add(RightReply(_current, isTrusted: false));
            }
        }
    }

    /// <summary>Checks a reply that leaves.</summary>
    public void Reply(TcpConversation conversation, string reply)
    {
        TimeSpan age = world.Now - conversation.OpenedAt!.Value;
        world.Trace.Add(world.Now, reply.TrimEnd(), conversation.Client);
        Violation.If(conversation != _current || conversation.IsAnswered, "a reply goes to nobody who is due one");
        Violation.If(age >= MaxTime, $"the reply to {conversation.Client} is late: its connection is open for {age}");
        bool isFailure = reply.EndsWith("ERROR : UNKNOWN-ERROR\r\n", StringComparison.Ordinal);
        Violation.If(
            isFailure ? kernel.Failures < 2 : !_rightReplies.Contains(reply),
            $"the reply to {conversation.Client} is wrong: {reply.TrimEnd()}");
        conversation.IsAnswered = true;
        _expected.AddOneOf([
            isFailure ? Outcome.FailedLookup
            : reply.Contains("INVALID-PORT", StringComparison.Ordinal) ? Outcome.Malformed
            : reply.Contains("NO-USER", StringComparison.Ordinal) ? Outcome.NotFound
            : Outcome.Found]);
    }

    /// <summary>Records a reply that could not be sent: its outcome was counted, and that it was not sent.</summary>
    public void BreakReply(TcpConversation conversation)
    {
        Violation.If(conversation != _current, "a reply goes to nobody who is due one");
        _expected.AddOneOf([Outcome.Found, Outcome.NotFound, Outcome.FailedLookup, Outcome.Malformed]);
        _expected.AddExactly(Outcome.UnsentReply, 1);
    }

    /// <summary>Checks why the helper closes a connection.</summary>
    public void Close(TcpConversation conversation)
    {
        if (IsOver)
        {
            return;
        }

        world.Trace.Add(world.Now, "close", conversation.Client);
        _open.Remove(conversation);
        if (conversation.OpenedAt is not { } openedAt)
        {
            Refuse(conversation);
            return;
        }

        bool isOverdue = world.Now - openedAt >= MaxTime, isStopped = world.StoppedAt is not null;
        _expected.Allow(Outcome.ConnectionTimeout, isOverdue ? 1 : 0);
        _expected.Allow(Outcome.ReceiveError, conversation.IsBroken && !conversation.IsAnswered ? 1 : 0);
        bool mayBeSilent = conversation.IsAnswered || conversation.IsBroken || isOverdue
            || (isStopped && (!conversation.IsComplete || world.Now - world.StoppedAt >= World.StopGrace));
        Violation.If(!mayBeSilent, $"the connection of {conversation.Client} is closed without a reply");
    }

    /// <summary>Checks the counts of the whole run.</summary>
    public void CheckCounts(ResponderCounts counts)
    {
        _expected.AddExactly(Outcome.TableReopening, kernel.TablesOpened - 1);
        _expected.Check(counts);
    }

    private void Refuse(TcpConversation conversation)
    {
        if (MayAsk(conversation))
        {
            bool isFull = _open.Count(other => other.Client.Address == conversation.Client.Address) >= MaxPerSource;
            bool isRateLimited = _acceptRules!.Rate is > 0 and < 100;
            Violation.If(
                !isFull && !isRateLimited && !IsUncertain(conversation),
                $"the connection of {conversation.Client} is refused without a reason");
            _expected.AddOneOf([Outcome.TooOften, Outcome.NotAllowed, Outcome.ConnectionDrop]);
            return;
        }

        _expected.AddOneOf([Outcome.NotAllowed]);
    }

    private void EndAnswer()
    {
        _current = null;
        kernel.Failures = 0;
    }

    private bool MayAsk(TcpConversation conversation) => _acceptRules!.MayAsk(conversation.Client.Address);

    private bool IsUncertain(TcpConversation conversation) => kernel.HasLostAddresses
        && conversation.Client.Address is Places.Router or Places.SecondRouter;

    /// <summary>
    /// Returns the reply that docs/reference/protocol.md requires for the line of a connection at this moment.
    /// </summary>
    private string RightReply(TcpConversation conversation, bool isTrusted)
    {
        Match ports = Form().Match(conversation.Read);
        if (!ports.Success)
        {
            return "0 , 0 : ERROR : INVALID-PORT\r\n";
        }

        string prefix = $"{ports.Groups[1].Value} , {ports.Groups[2].Value} : ";
        var destination = new Peer(conversation.LocalAddress, ushort.Parse(ports.Groups[1].ValueSpan, null));
        var source = new Peer(conversation.Client.Address, ushort.Parse(ports.Groups[2].ValueSpan, null));
        TableEntry? entry = kernel.Table.FindReply(source, destination);
        return entry is null || !(entry.IsTranslated || isTrusted)
            ? $"{prefix}ERROR : NO-USER\r\n"
            : $"{prefix}ORIGIN : {Address(entry.Destination)} : {entry.Destination.Port} : {NameOf(entry)}\r\n";
    }

    private string NameOf(TableEntry entry) =>
        _currentRules!.Ident == IdentFormat.None ? "-" : _currentRules.NameOf(entry);

    private static IPAddress Address(Peer peer) => new(BinaryPrimitives.ReverseEndianness(peer.Address));

    [GeneratedRegex(@"^([1-9][0-9]{0,4}) , ([1-9][0-9]{0,4})\r?\n")]
    private static partial Regex Form();
}
