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
    // because TcpGrace has them without datagrams.
    private readonly PendingQuery[] _pending = new PendingQuery[batch.Slots];
    private readonly int[] _queued = new int[batch.Slots]; // the look-ups whose replies wait in the batch
    private LookupCounts _uncounted; // of the queued replies

    /// <summary>Sets the query of a look-up.</summary>
    public void Expect(int index, in PendingQuery query) => _pending[index] = query;

    /// <summary>Returns the query of a look-up.</summary>
    public ref readonly PendingQuery Pending(int index) => ref _pending[index];

    /// <summary>Puts the query of a look-up in the place of an earlier one, which is lost.</summary>
    public void Move(int index, int earlier) => _pending[earlier] = _pending[index];

    /// <summary>Writes the reply to each query.</summary>
    public void Write(ServerRules rules)
    {
        for (int i = 0; i < lookups.Count; i++)
        {
            ref PendingQuery query = ref _pending[i];
            ref readonly Lookup lookup = ref lookups.Result(i);
            query.Outcome = lookups.Outcome(i);
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
        int next = 0, queued;
        while ((queued = Queue(next, socket.IsBoundToAll, admission)) > 0)
        {
            // Counted before the send, so that the receiver of a reply finds the reply counted.
            telemetry.Count(_uncounted);
            int sent = batch.Send(socket.ReplySocket);
            if (sent < 0)
            {
                telemetry.Counters.Add(Outcome.UnsentReply);
            }

            foreach (int index in _queued.AsSpan(0, queued))
            {
                _pending[index].IsCounted = true;
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
                telemetry.Journal.LogRefusal(Outcome.Late, lookups.Sender(i));
                continue;
            }

            telemetry.RecordLatency(query.Age + sinceBatch, minute);
            if (rules.LogQueries)
            {
                telemetry.Journal.LogQuery(lookups.Sender(i), lookups.Reply(i), lookups.Result(i));
            }
        }
    }

    /// <summary>Queues the replies that are not late, from a place on.</summary>
    /// <returns>The number of queued replies.</returns>
    private int Queue(int first, bool isBoundToAll, Admission admission)
    {
        TimeSpan sinceBatch = TimeSpan.Zero; // the ages were checked when the batch was received
        while (true)
        {
            int queued = Queue(first, isBoundToAll, admission, sinceBatch, out TimeSpan oldest);
            if (queued == 0)
            {
                return 0;
            }

            // The process can stand still at any point. The clock is read as late as possible, with only the count and
            // the system call after it.
            sinceBatch = arrivals.SinceBatch();
            if (!admission.IsLate(oldest + sinceBatch))
            {
                return queued;
            }

            batch.DiscardReplies();
        }
    }

    /// <summary>Queues the replies that are not late at a time, and counts the late ones.</summary>
    private int Queue(int first, bool isBoundToAll, Admission admission, TimeSpan sinceBatch, out TimeSpan oldest)
    {
        int queued = 0;
        oldest = TimeSpan.Zero;
        _uncounted = default;
        for (int i = first; i < lookups.Count; i++)
        {
            ref PendingQuery query = ref _pending[i];
            if (admission.IsLate(query.Age + sinceBatch))
            {
                CountLate(ref query);
                continue;
            }

            if (!query.IsCounted)
            {
                _uncounted.Add(query.Outcome);
            }

            oldest = query.Age > oldest ? query.Age : oldest;
            batch.Reply(query.Slot, HelperDatagram.Size, isBoundToAll ? SetSourceAddress(query) : 0);
            _queued[queued++] = i;
        }

        return queued;
    }

    private void CountLate(ref PendingQuery query)
    {
        if (query.Outcome is Outcome.Late or Outcome.UnsentReply)
        {
            return;
        }

        // A reply that was counted has become late because the kernel refused another one before it.
        query.Outcome = query.IsCounted ? Outcome.UnsentReply : Outcome.Late;
        telemetry.Counters.Add(query.Outcome);
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
/// <param name="Age">The age of the query when the batch was received.</param>
/// <param name="LocalAddress">The address that the datagram was sent to, or null.</param>
internal record struct PendingQuery(int Slot, TimeSpan Age, IPv4Address? LocalAddress)
{
    /// <summary>Gets or sets what becomes of the query.</summary>
    public Outcome Outcome { get; set; }

    /// <summary>Gets or sets whether the outcome was counted.</summary>
    public bool IsCounted { get; set; }
}
