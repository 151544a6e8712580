using System.Runtime.Versioning;
using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>
/// Answers queries over UDP, a batch at a time: it receives datagrams, reads queries, looks them up, writes replies and
/// sends them. A query causes no allocation.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class UdpServer : QueryServer
{
    /// <summary>
    /// The largest number of queries in a batch. While a batch is looked up, the next one arrives. A larger number
    /// gains nothing (measured).
    /// </summary>
    public const int BatchSize = 32;

    // The number of times that full queues are served before the kernel is asked again which queues have datagrams.
    private const int RoundsPerWait = 4;

    // Longer than a query, so that a longer datagram is recognized.
    private const int DatagramSize = 128;

    private readonly ServerContext _context;
    private readonly QuerySocket[] _sockets;
    private readonly QueryWait _wait;
    private readonly MessageBatch _datagrams = new(BatchSize, DatagramSize, DatagramControl.Size);
    private readonly LookupBatch _lookups;
    private readonly ArrivalClock _arrivals;
    private readonly UdpBatch _batch;
    private readonly UdpSource _source;

    /// <summary>Creates a server. It disposes of the sockets.</summary>
    /// <exception cref="LinuxException">Thrown when the process has no descriptor left.</exception>
    public UdpServer(QuerySocket[] sockets, ServerContext context, RuleSet rules)
        : base(context.LocalAddresses, rules, context.Telemetry, context.Clock)
    {
        _context = context;
        _sockets = sockets;
        _lookups = new LookupBatch(context.Table, BatchSize, context.Telemetry);
        _arrivals = new ArrivalClock(context.Clock);
        var replies = new UdpReplies(_datagrams, _lookups, _arrivals, Telemetry);
        _batch = new UdpBatch(_datagrams, _lookups, replies, _arrivals, Telemetry);
        _source = context.Resolver is null
            ? new UdpGrace(_batch, sockets, context)
            : new UdpTickets(_batch, sockets, context);
        _wait = new QueryWait(context.Stop, _source.Wake, sockets, context.Clock, context.CreateQueue);
    }

    /// <inheritdoc/>
    public override void Run()
    {
        while (_wait.Wait(_source.LimitWait(IdleTime, Rules)))
        {
            BeginRound();
            _source.BeginRound(_wait.IsWoken, Rules);
            if (_wait.IsIdle && _arrivals.BeginIdleRound())
            {
                ExpectDatagrams();
            }

            bool mayHaveMore = true;
            for (int round = 0; round < RoundsPerWait && mayHaveMore; round++)
            {
                mayHaveMore = ServeAll();
            }

            if (!mayHaveMore)
            {
                _arrivals.EndRound();
            }
        }

        Drain();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Array.ForEach(_sockets, socket => socket.Dispose());
        _wait.Dispose();
        _source.Dispose();
        _context.Table?.Dispose();
        _context.Watch?.Dispose();
        base.Dispose();
    }

    /// <summary>Answers what the kernel had received before the stop.</summary>
    private void Drain()
    {
        TimeSpan began = Clock.SinceBoot;
        _source.BeginEnd(Rules);
        ExpectDatagrams();
        while (ServeAll() && Clock.SinceBoot - began < StopGrace)
        {
        }

        _source.End(StopGrace - (Clock.SinceBoot - began), Rules);
    }

    /// <summary>Lets the next round serve all queues.</summary>
    private void ExpectDatagrams() => Array.ForEach(_sockets, socket => socket.MayHaveMore = true);

    /// <summary>Serves a batch of each queue in turn, so that a full queue does not delay the others.</summary>
    /// <returns>Whether a queue may have more datagrams.</returns>
    private bool ServeAll()
    {
        bool mayHaveMore = false;
        foreach (QuerySocket socket in _sockets)
        {
            socket.MayHaveMore = socket.MayHaveMore && Serve(socket);
            mayHaveMore |= socket.MayHaveMore;
        }

        return mayHaveMore;
    }

    /// <returns>Whether the queue may have more datagrams.</returns>
    private bool Serve(QuerySocket socket)
    {
        int received;
        try
        {
            received = _datagrams.Receive(socket.Socket, first: 0, BatchSize, "queries");
        }
        catch (LinuxException)
        {
            // Such as a network that is down. The call has cleared the error, and datagrams may wait behind it.
            Telemetry.Counters.Add(Outcome.ReceiveError);
            return true;
        }

        ServerRules rules = Rules;
        Admit(socket, received, rules.Admission);
        if (_lookups.Count > 0)
        {
            _source.LookUp(socket, rules);
            _batch.Answer(socket, rules);
        }

        return received == BatchSize;
    }

    /// <summary>Reads the datagrams, and prepares the look-ups of those that are answered.</summary>
    private void Admit(QuerySocket socket, int received, Admission admission)
    {
        uint dropped = 0;
        _lookups.Clear();
        _arrivals.BeginBatch();
        admission.BeginBatch(_arrivals.SinceBoot);
        for (int slot = 0; slot < received; slot++)
        {
            var control = DatagramControl.Read(_datagrams.Control(slot));
            dropped = control.Dropped;
            IPv4Address sender = IPv4SocketAddress.ReadAddress(_datagrams.Address(slot));
            if (control.IsBroadcast)
            {
                RefuseBroadcast(socket, sender);
                continue;
            }

            TimeSpan age = _arrivals.AgeOf(control.ReceivedAt);
            if (admission.FindRefusal(_datagrams.Data(slot), sender, age, out Query query) is { } refusal)
            {
                Telemetry.Refuse(refusal, sender);
                continue;
            }

            _batch.Add(query, new PendingQuery(slot, age, control.LocalAddress), sender);
        }

        Telemetry.CountDrops(socket.TakeDrops(dropped));
    }

    private void RefuseBroadcast(QuerySocket socket, IPv4Address sender)
    {
        if (socket.CountsBroadcasts)
        {
            Telemetry.Refuse(Outcome.Broadcast, sender);
        }
    }
}
