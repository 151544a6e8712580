using System.Runtime.Versioning;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;

namespace ProxyHelper.Responders;

/// <summary>
/// The way of a query: datagrams in, queries, look-ups, replies, datagrams out, a batch at a time. One thread runs it; nothing is
/// allocated for a query.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class Worker
{
    // Longer than a query, so that a longer datagram is seen to be one.
    private const int DatagramSize = 128;

    private readonly LinuxSocket[] _sockets;
    private readonly ConntrackTable _table;
    private readonly AccessRules _rules;
    private readonly IdentFormat _identFormat;
    private readonly ResponderCounters _counters;
    private readonly FaultJournal _faults;
    private readonly PollSet _poll;
    private readonly MessageBatch _batch = new(ConntrackTable.MaximumLookups, DatagramSize, DatagramControl.Size);
    private readonly int[] _slots = new int[ConntrackTable.MaximumLookups];
    private readonly ConntrackTuple[] _asked = new ConntrackTuple[ConntrackTable.MaximumLookups];
    private readonly Lookup[] _lookups = new Lookup[ConntrackTable.MaximumLookups];
    private bool _isTableBroken;

    /// <summary>Makes a worker; what it is given stays the caller's to close, after <see cref="Run"/> has ended.</summary>
    public Worker(LinuxSocket[] sockets, EventSignal stop, ConntrackTable table, ResponderOptions options, ResponderCounters counters, FaultJournal faults)
    {
        _sockets = sockets;
        _table = table;
        _rules = new AccessRules(options.Secret);
        _identFormat = options.IdentFormat;
        _counters = counters;
        _faults = faults;
        _poll = new PollSet([stop, .. sockets]);
    }

    /// <summary>Answers until the stop signal is set.</summary>
    /// <exception cref="LinuxException">A descriptor was closed under it: nothing can go on.</exception>
    public void Run()
    {
        const int stopPlace = 0;
        while (_poll.Wait(milliseconds: -1) && !_poll.IsReady(stopPlace))
        {
            for (int i = 0; i < _sockets.Length; i++)
            {
                if (_poll.IsReady(stopPlace + 1 + i))
                {
                    Serve(_sockets[i]);
                }
            }
        }
    }

    private void Serve(LinuxSocket socket)
    {
        int received;
        try
        {
            received = _batch.Receive(socket, first: 0, "queries");
        }
        catch (LinuxException)
        {
            _counters.AddReceiveError(); // such as a network gone down; reading the error has cleared it
            return;
        }

        _counters.AddQueries(received);
        int asked = Accept(received);
        if (asked > 0)
        {
            Find(asked);
            Answer(asked);
            _counters.AddUnsentReplies(_batch.Send(socket));
        }
    }

    /// <summary>Puts the tuples to look up, and the slots they came in, in line.</summary>
    private int Accept(int received)
    {
        int asked = 0;
        DateTime now = DateTime.UtcNow;
        for (int slot = 0; slot < received; slot++)
        {
            if (_batch.IsTruncated(slot) || !Query.TryRead(_batch.Data(slot), out Query query, out _))
            {
                _counters.AddMalformed();
            }
            else if (_rules.Judge(query) != Verdict.Allowed)
            {
                _counters.AddRefused();
            }
            else if (now - DatagramControl.Read(_batch.Control(slot)).ReceivedAt > ResponderOptions.MaximumQueueDelay)
            {
                _counters.AddLate();
            }
            else
            {
                _slots[asked] = slot;
                _asked[asked++] = new ConntrackTuple(IPProtocol.Tcp, query.Source, query.Destination, Icmp: null).Reversed;
            }
        }

        return asked;
    }

    private void Find(int asked)
    {
        Errno errno;
        try
        {
            if (_isTableBroken)
            {
                _table.Reopen();
            }

            errno = _table.Find(_asked.AsSpan(0, asked), _lookups);
        }
        catch (LinuxException failure)
        {
            _lookups.AsSpan(0, asked).Clear(); // failed, all of them: an answer may have been another's
            errno = failure.Errno;
        }

        _isTableBroken = errno != Errno.None; // what may still be on its way is lost with the old socket
        _faults.Note(errno);
    }

    private void Answer(int asked)
    {
        for (int i = 0; i < asked; i++)
        {
            Span<byte> datagram = _batch.Data(_slots[i]);
            switch (_lookups[i].Outcome)
            {
                case LookupOutcome.Found:
                    Reply.WriteFound(datagram, _lookups[i].Original, _identFormat);
                    _counters.AddFound();
                    break;
                case LookupOutcome.NotFound:
                    Reply.WriteNotFound(datagram);
                    _counters.AddNotFound();
                    break;
                default:
                    Reply.WriteNotFound(datagram); // at once: silence would cost the sender half a minute
                    _counters.AddFailedLookup();
                    break;
            }

            Send(_slots[i], datagram.Length);
        }
    }

    /// <summary>Puts a reply in line, to leave from the address that was asked.</summary>
    private void Send(int slot, int length)
    {
        Span<byte> control = _batch.Control(slot);
        uint? asked = DatagramControl.Read(control).LocalAddress;
        if (asked is { } address)
        {
            DatagramControl.WriteSource(control, address);
        }

        _batch.Reply(slot, length, controlLength: asked is null ? 0 : DatagramControl.SourceSize);
    }
}
