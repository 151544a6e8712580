using System.Runtime.Versioning;
using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
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

    private readonly QuerySocket[] _sockets;
    private readonly QueryWait _wait;
    private readonly MessageBatch _batch = new(BatchSize, DatagramSize, DatagramControl.Size);
    // The part of each query that only the reply over UDP needs, at the index of its look-up in Lookups. The look-ups
    // are apart, because TcpServer has them without datagrams.
    private readonly PendingQuery[] _pending = new PendingQuery[BatchSize];

    /// <summary>Creates a server. It disposes of the sockets.</summary>
    /// <exception cref="LinuxException">Thrown when the process has no descriptor left.</exception>
    public UdpServer(QuerySocket[] sockets, ServerContext context, RuleSet rules)
        : base(context, rules, BatchSize)
    {
        _sockets = sockets;
        _wait = new QueryWait(context.Stop, sockets, context.Clock, context.CreateQueue);
    }

    /// <inheritdoc/>
    public override void Run()
    {
        while (_wait.Wait())
        {
            BeginRound();
            for (int round = 0; round < RoundsPerWait && ServeAll(); round++)
            {
            }
        }

        Drain();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Array.ForEach(_sockets, socket => socket.Dispose());
        _wait.Dispose();
        base.Dispose();
    }

    /// <summary>Answers what the kernel had received before the stop.</summary>
    private void Drain()
    {
        TimeSpan began = Clock.SinceBoot;
        Array.ForEach(_sockets, socket => socket.MayHaveMore = true);
        while (ServeAll() && Clock.SinceBoot - began < StopGrace)
        {
        }
    }

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
            received = _batch.Receive(socket.Socket, first: 0, BatchSize, "queries");
        }
        catch (LinuxException)
        {
            Telemetry.Counters.Add(Outcome.ReceiveError); // such as a network that is down; the call has cleared it
            return false;
        }

        ServerRules rules = Rules;
        Admit(socket, received, rules.Admission);
        if (Lookups.Count > 0)
        {
            Lookups.Find();
            WriteReplies(socket.IsBoundToAll, rules);
            Telemetry.Counters.Add(Outcome.UnsentReply, _batch.Send(socket.ReplySocket));
            RecordLatencies();
        }

        return received == BatchSize;
    }

    /// <summary>Reads the datagrams, and prepares the look-ups of those that are answered.</summary>
    private void Admit(QuerySocket socket, int received, Admission admission)
    {
        uint dropped = 0;
        Lookups.Clear();
        admission.BeginBatch();
        for (int slot = 0; slot < received; slot++)
        {
            var control = DatagramControl.Read(_batch.Control(slot));
            dropped = control.Dropped;
            IPv4Address sender = IPv4SocketAddress.ReadAddress(_batch.Address(slot));
            if (admission.FindRefusal(_batch.Data(slot), sender, control.ReceivedAt, out Query query) is { } refusal)
            {
                Telemetry.Refuse(refusal, sender);
                continue;
            }

            _pending[Lookups.Count] = new PendingQuery(slot, sender, control.ReceivedAt, control.LocalAddress);
            Lookups.Add(new ConntrackTuple(IPProtocol.Tcp, query.Destination, query.Source, Icmp: null));
        }

        Telemetry.CountDrops(socket.TakeDrops(dropped));
    }

    private void WriteReplies(bool isBoundToAll, ServerRules rules)
    {
        for (int i = 0; i < Lookups.Count; i++)
        {
            PendingQuery query = _pending[i];
            ref readonly Lookup lookup = ref Lookups.Result(i, query.Sender, rules.Admission);
            Telemetry.Count(lookup.Outcome);
            if (rules.LogQueries)
            {
                Telemetry.Journal.LogQuery(query.Sender, Lookups.Reply(i), lookup);
            }

            Span<byte> datagram = _batch.Data(query.Slot);
            if (lookup.Outcome == LookupOutcome.Found)
            {
                Reply.WriteFound(datagram, lookup.Original.Source, lookup.Original.Destination, rules.IdentFormat);
            }
            else
            {
                // Also if the look-up failed, because silence would cost the sender half a minute.
                Reply.WriteNotFound(datagram);
            }

            _batch.Reply(query.Slot, datagram.Length, isBoundToAll ? SetSourceAddress(query) : 0);
        }
    }

    /// <summary>Makes a reply leave from the address that the query was sent to.</summary>
    /// <returns>The length of the control data for the reply.</returns>
    private int SetSourceAddress(in PendingQuery query)
    {
        if (query.LocalAddress is not { } address)
        {
            return 0;
        }

        DatagramControl.WriteSource(_batch.Control(query.Slot), address);
        return DatagramControl.SourceSize;
    }

    private void RecordLatencies()
    {
        DateTime now = DateTime.UtcNow;
        long minute = LatencyHistogram.MinuteOf(now);
        for (int i = 0; i < Lookups.Count; i++)
        {
            if (_pending[i].ReceivedAt is { } receivedAt)
            {
                Telemetry.RecordLatency(now - receivedAt, minute);
            }
        }
    }

    /// <summary>Represents a query of the batch that is answered.</summary>
    /// <param name="Slot">The slot of its datagram in the batch.</param>
    /// <param name="Sender">The address of the sender.</param>
    /// <param name="ReceivedAt">The time at which the kernel received the datagram, or null.</param>
    /// <param name="LocalAddress">The address that the datagram was sent to, or null.</param>
    private readonly record struct PendingQuery(
        int Slot, IPv4Address Sender, DateTime? ReceivedAt, IPv4Address? LocalAddress);
}
