using System.Diagnostics;
using System.Runtime.Versioning;
using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Protocol;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>
/// The way of a query: datagrams in, queries, look-ups, replies, datagrams out, a batch at a time. One thread runs it; nothing is
/// allocated for a query.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class UdpServer : IDisposable
{
    /// <summary>How many queries go together. While a batch is looked up the next one gathers; more gains nothing (measured).</summary>
    public const int BatchSize = 32;

    // How often full queues are served before it is asked again which have something.
    private const int RoundsBetweenPolls = 4;

    // Longer than a query, so that a longer datagram is seen to be one.
    private const int DatagramSize = 128;

    private readonly QuerySocket[] _sockets;
    private readonly ConntrackTable _table;
    private readonly LocalAddresses _own;
    private readonly Refusals _refusals;
    private readonly LookupRetry _lookup;
    private readonly ResponderCounters _counters;
    private readonly ResponderJournal _journal;
    private readonly ResponderMeter? _meter;
    private readonly QueryWait _wait;
    private readonly MessageBatch _batch = new(BatchSize, DatagramSize, DatagramControl.Size);
    private readonly int[] _slots = new int[BatchSize];
    private readonly DateTime[] _receivedAt = new DateTime[BatchSize];
    private readonly ConntrackTuple[] _asked = new ConntrackTuple[BatchSize];
    private readonly Lookup[] _lookups = new Lookup[BatchSize];
    private readonly bool[] _hasMore;
    private volatile ServerRules _rules;
    private long _cameRoundAt = Stopwatch.GetTimestamp();

    /// <summary>Makes a worker. The sockets, the table and the addresses are its own to close from now on.</summary>
    public UdpServer(QuerySocket[] sockets, ConntrackTable table, LocalAddresses own, EventSignal stop, RateLimiter? limiter, AnswerRules rules, ResponderCounters counters, ResponderJournal journal, ResponderMeter? meter = null)
    {
        _sockets = sockets;
        _table = table;
        _own = own;
        _rules = ServerRules.From(rules, limiter, own);
        _refusals = new Refusals(counters, journal);
        _lookup = new LookupRetry(table, counters, journal);
        _counters = counters;
        _journal = journal;
        _meter = meter;
        _hasMore = new bool[sockets.Length];
        _wait = new QueryWait(stop, sockets);
    }

    /// <summary>How long ago it last came round to look for queries, which it does every second at least.</summary>
    public TimeSpan TimeSinceLastRound => Stopwatch.GetElapsedTime(Volatile.Read(ref _cameRoundAt));

    /// <summary>Goes by other rules from the next batch on. Any thread may call it.</summary>
    public void Change(AnswerRules rules, RateLimiter? limiter) => _rules = ServerRules.From(rules, limiter, _own);

    /// <summary>Answers until the stop signal is set.</summary>
    /// <exception cref="LinuxException">A descriptor was closed under it: nothing can go on.</exception>
    public void Run()
    {
        while (_wait.Wait(_hasMore))
        {
            Volatile.Write(ref _cameRoundAt, Stopwatch.GetTimestamp());
            for (int round = 0; round < RoundsBetweenPolls; round++)
            {
                ServeAll();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_sockets, socket => socket.Dispose());
        _table.Dispose();
        _own.Dispose();
        _wait.Dispose();
    }

    /// <summary>Serves a batch of each queue in turn: a full one does not keep the others waiting.</summary>
    private void ServeAll()
    {
        for (int i = 0; i < _sockets.Length; i++)
        {
            _hasMore[i] = _hasMore[i] && Serve(_sockets[i]);
        }
    }

    /// <returns>Whether there may be more.</returns>
    private bool Serve(QuerySocket socket)
    {
        int received;
        try
        {
            received = _batch.Receive(socket.Socket, first: 0, BatchSize, "queries");
        }
        catch (LinuxException)
        {
            _counters.Add(Counter.ReceiveErrors); // such as a network gone down; reading the error has cleared it
            return false;
        }

        ServerRules rules = _rules;
        int asked = Accept(socket, received, rules.Admission);
        if (asked > 0)
        {
            _lookup.Find(_asked.AsSpan(0, asked), _lookups);
            Tell(asked, rules.LogQueries);
            Answer(asked, socket.IsBoundToAll, rules.IdentFormat);
            _counters.Add(Counter.UnsentReplies, _batch.Send(socket.ReplySocket));
            Measure(asked);
        }

        return received == BatchSize;
    }

    /// <summary>Puts the tuples to look up, and the slots they came in, in line.</summary>
    private int Accept(QuerySocket socket, int received, Admission admission)
    {
        int asked = 0;
        uint dropped = 0;
        _counters.Add(Counter.Queries, received);
        admission.BeginBatch();
        for (int slot = 0; slot < received; slot++)
        {
            var control = DatagramControl.Read(_batch.Control(slot));
            dropped = control.Dropped;
            IPv4Address sender = Sender(slot);
            Verdict verdict = admission.Judge(_batch.Data(slot), sender, control.ReceivedAt, out Query query);
            if (verdict != Verdict.Allowed)
            {
                _refusals.Add(verdict, sender);
                continue;
            }

            _slots[asked] = slot;
            _receivedAt[asked] = control.ReceivedAt ?? default;
            _asked[asked++] = new ConntrackTuple(IPProtocol.Tcp, query.Destination, query.Source, Icmp: null); // the reply direction
        }

        NoteDrops(socket.TakeDrops(dropped));
        return asked;
    }

    private IPv4Address Sender(int slot) => LinuxSocket.IPv4AddressIn(_batch.Address(slot));

    private void NoteDrops(uint count)
    {
        if (count > 0)
        {
            _counters.Add(Counter.QueueDrops, count);
            _journal.NoteDrops(count);
        }
    }

    private void Tell(int asked, bool isWanted)
    {
        for (int i = 0; isWanted && i < asked; i++)
        {
            _journal.NoteQuery(Sender(_slots[i]), _asked[i], _lookups[i]);
        }
    }

    private void Answer(int asked, bool namesSource, IdentFormat identFormat)
    {
        for (int i = 0; i < asked; i++)
        {
            Span<byte> datagram = _batch.Data(_slots[i]);
            switch (_lookups[i].Outcome)
            {
                case LookupOutcome.Found:
                    Reply.WriteFound(datagram, _lookups[i].Original, identFormat);
                    _counters.Add(Counter.Found);
                    break;
                case LookupOutcome.NotFound:
                    Reply.WriteNotFound(datagram);
                    _counters.Add(Counter.NotFound);
                    break;
                default:
                    Reply.WriteNotFound(datagram); // at once: silence would cost the sender half a minute
                    _counters.Add(Counter.FailedLookups);
                    break;
            }

            _batch.Reply(_slots[i], datagram.Length, namesSource ? NameSource(_slots[i]) : 0);
        }
    }

    /// <summary>Makes a reply leave from the address that was asked.</summary>
    /// <returns>How much control data that takes.</returns>
    private int NameSource(int slot)
    {
        Span<byte> control = _batch.Control(slot);
        if (DatagramControl.Read(control).LocalAddress is not { } asked)
        {
            return 0;
        }

        DatagramControl.WriteSource(control, asked);
        return DatagramControl.SourceSize;
    }

    private void Measure(int asked)
    {
        DateTime now = DateTime.UtcNow;
        long minute = LatencyHistogram.MinuteOf(now);
        for (int i = 0; i < asked; i++)
        {
            if (_receivedAt[i] != default)
            {
                TimeSpan took = now - _receivedAt[i];
                _counters.Latencies.Record(took.Ticks / TimeSpan.TicksPerMicrosecond, minute);
                _meter?.Record(took);
            }
        }
    }
}
