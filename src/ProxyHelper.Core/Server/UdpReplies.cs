using System.Runtime.Versioning;
using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>Writes the replies of a batch over the bytes of the queries, and sends those that are not late.</summary>
/// <param name="batch">The datagrams of the queries.</param>
/// <param name="lookups">The look-ups of the queries.</param>
/// <param name="arrivals">The ages of the queries.</param>
/// <param name="telemetry">The counters, the journal and the meter.</param>
[SupportedOSPlatform("linux")]
internal sealed class UdpReplies(
    MessageBatch batch, LookupBatch lookups, ArrivalClock arrivals, ServerTelemetry telemetry)
{
    // The part of each query that only the reply over UDP needs, at the index of its look-up. The look-ups are apart,
    // because TcpServer has them without datagrams.
    private readonly PendingQuery[] _pending = new PendingQuery[batch.Slots];
    private readonly int[] _queued = new int[batch.Slots]; // the look-ups whose replies wait in the batch

    /// <summary>Sets the query of a look-up.</summary>
    public void Expect(int index, in PendingQuery query) => _pending[index] = query;

    /// <summary>Writes the reply to each query.</summary>
    public void Write(ServerRules rules)
    {
        for (int i = 0; i < lookups.Count; i++)
        {
            ref PendingQuery query = ref _pending[i];
            ref readonly Lookup lookup = ref lookups.Result(i, query.Sender, rules.Admission);
            query.Outcome = ServerTelemetry.OutcomeOf(lookup.Outcome);
            Span<byte> datagram = batch.Data(query.Slot);
            if (lookup.Outcome == LookupOutcome.Found)
            {
                Reply.WriteFound(datagram, lookup.Original.Source, lookup.Original.Destination, rules.IdentFormat);
            }
            else
            {
                // Also if the look-up failed, because silence would cost the sender half a minute.
                Reply.WriteNotFound(datagram);
            }
        }
    }

    /// <summary>
    /// Sends the replies that are not late. The kernel stops at a reply that it refuses, so the rest is sent again.
    /// </summary>
    public void Send(QuerySocket socket, Admission admission)
    {
        int next = 0;
        while (Queue(next, socket.IsBoundToAll, admission))
        {
            int sent = batch.Send(socket.ReplySocket);
            if (sent < 0)
            {
                telemetry.Counters.Add(Outcome.UnsentReply);
            }

            // A refused reply is skipped. If a signal arrived before the send, all replies are checked again.
            next = sent == 0 ? _queued[0] : _queued[Math.Max(sent, 1) - 1] + 1;
        }
    }

    /// <summary>Records the latencies, and writes notices about the queries.</summary>
    public void Report(ServerRules rules)
    {
        TimeSpan sinceBatch = arrivals.SinceBatch();
        long minute = LatencyHistogram.MinuteOf(arrivals.Now);
        for (int i = 0; i < lookups.Count; i++)
        {
            ref readonly PendingQuery query = ref _pending[i];
            if (query.Outcome == Outcome.Late)
            {
                telemetry.Journal.LogRefusal(Outcome.Late, query.Sender);
                continue;
            }

            telemetry.RecordLatency(query.Age + sinceBatch, minute);
            if (rules.LogQueries)
            {
                telemetry.Journal.LogQuery(
                    query.Sender, lookups.Reply(i), lookups.Result(i, query.Sender, rules.Admission));
            }
        }
    }

    /// <summary>
    /// Queues the replies that are not late, from a place on, and counts the outcome of each query once. Called
    /// immediately before each send, because the process can stand still since the batch was received.
    /// </summary>
    /// <returns>Whether a reply is queued.</returns>
    private bool Queue(int first, bool isBoundToAll, Admission admission)
    {
        int queued = 0;
        TimeSpan sinceBatch = arrivals.SinceBatch();
        for (int i = first; i < lookups.Count; i++)
        {
            ref PendingQuery query = ref _pending[i];
            if (!admission.IsLate(query.Age + sinceBatch))
            {
                Count(ref query, query.Outcome);
                batch.Reply(query.Slot, HelperDatagram.Size, isBoundToAll ? SetSourceAddress(query) : 0);
                _queued[queued++] = i;
            }
            else if (query.IsCounted && query.Outcome is not (Outcome.Late or Outcome.UnsentReply))
            {
                // The kernel refused another reply, and this one became late before the next send.
                query.Outcome = Outcome.UnsentReply;
                telemetry.Counters.Add(Outcome.UnsentReply);
            }
            else
            {
                Count(ref query, Outcome.Late);
            }
        }

        return queued > 0;
    }

    private void Count(ref PendingQuery query, Outcome outcome)
    {
        if (!query.IsCounted)
        {
            query.IsCounted = true;
            query.Outcome = outcome;
            telemetry.Counters.Add(outcome);
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

        DatagramControl.WriteSource(batch.Control(query.Slot), address);
        return DatagramControl.SourceSize;
    }
}

/// <summary>Represents a query of the batch that is answered.</summary>
/// <param name="Slot">The slot of its datagram in the batch.</param>
/// <param name="Sender">The address of the sender.</param>
/// <param name="Age">The age of the query when the batch was received.</param>
/// <param name="LocalAddress">The address that the datagram was sent to, or null.</param>
internal record struct PendingQuery(int Slot, IPv4Address Sender, TimeSpan Age, IPv4Address? LocalAddress)
{
    /// <summary>Gets or sets what becomes of the query.</summary>
    public Outcome Outcome { get; set; }

    /// <summary>Gets or sets whether the outcome was counted.</summary>
    public bool IsCounted { get; set; }
}
