using System.Runtime.Versioning;
using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>
/// Looks up a batch of connections in the conntrack table. If the kernel gives no answer, the batch is looked up once
/// more on a new socket, so that a short fault delays no mail. A look-up that fails twice stays failed.
/// </summary>
/// <param name="table">The conntrack table, or null if another source sets the results.</param>
/// <param name="capacity">The largest number of look-ups in a batch.</param>
/// <param name="telemetry">The counters and the journal.</param>
[SupportedOSPlatform("linux")]
internal sealed class LookupBatch(ConntrackTable? table, int capacity, ServerTelemetry telemetry)
{
    // Arrays with a common index, because ConntrackTable.FindMany takes a span of tuples and a span of results.
    private readonly ConntrackTuple[] _replies = new ConntrackTuple[capacity];
    private readonly Lookup[] _lookups = new Lookup[capacity];
    private readonly Outcome[] _outcomes = new Outcome[capacity];
    private readonly IPv4Address[] _senders = new IPv4Address[capacity];
    private bool _isTableBroken;

    /// <summary>Gets the number of look-ups in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Gets whether every connection of the batch was found.</summary>
    public bool AreAllFound
    {
        get
        {
            int found = 0;
            while (found < Count && _lookups[found].Outcome == LookupOutcome.Found)
            {
                found++;
            }

            return found == Count;
        }
    }

    /// <summary>Begins an empty batch.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a look-up.</summary>
    /// <param name="reply">
    /// The tuple of the reply direction, from the translated destination to the translated source.
    /// </param>
    /// <param name="sender">The address of the sender of the query.</param>
    public void Add(in ConntrackTuple reply, IPv4Address sender)
    {
        _replies[Count] = reply;
        _senders[Count] = sender;
        Count++;
    }

    /// <summary>Returns the tuple of a look-up.</summary>
    public ref readonly ConntrackTuple Reply(int index) => ref _replies[index];

    /// <summary>Returns the sender of the query of a look-up.</summary>
    public IPv4Address Sender(int index) => _senders[index];

    /// <summary>Returns the result of a look-up.</summary>
    public ref readonly Lookup Result(int index) => ref _lookups[index];

    /// <summary>Returns the outcome of the query of a look-up.</summary>
    public Outcome Outcome(int index) => _outcomes[index];

    /// <summary>Sets the result of a look-up that another source than the conntrack table has given.</summary>
    public void Set(int index, in QueryResult result) =>
        (_lookups[index], _outcomes[index]) = (result.Lookup, result.Outcome);

    /// <summary>Keeps only the first look-ups.</summary>
    /// <param name="count">The number of look-ups that stay.</param>
    public void Truncate(int count) => Count = count;

    /// <summary>Puts a look-up in the place of an earlier one, which is lost.</summary>
    public void Move(int index, int earlier)
    {
        _replies[earlier] = _replies[index];
        _lookups[earlier] = _lookups[index];
        _outcomes[earlier] = _outcomes[index];
        _senders[earlier] = _senders[index];
    }

    /// <summary>Looks up the batch. An entry that its sender may not learn about is "not found".</summary>
    public void Find(Admission admission)
    {
        Errno errno = TryFind();
        if (errno != Errno.None)
        {
            errno = TryFind();
        }

        telemetry.Journal.LogLookups(errno);
        for (int i = 0; i < Count; i++)
        {
            ref Lookup lookup = ref _lookups[i];
            if (lookup.Outcome == LookupOutcome.Found
                && !admission.MayLearn(_senders[i], lookup.Original, _replies[i]))
            {
                lookup = new Lookup(LookupOutcome.NotFound, default);
            }

            _outcomes[i] = ServerTelemetry.OutcomeOf(lookup.Outcome);
        }
    }

    private Errno TryFind()
    {
        Span<Lookup> lookups = _lookups.AsSpan(0, Count);
        if (_isTableBroken)
        {
            try
            {
                table!.Reopen();
                telemetry.Counters.Add(Telemetry.Outcome.TableReopening);
            }
            catch (LinuxException failure)
            {
                lookups.Clear(); // all failed
                return failure.Errno;
            }
        }

        // After an error, unread answers are lost with the old socket.
        Errno errno = table!.FindMany(_replies.AsSpan(0, Count), lookups);
        _isTableBroken = errno != Errno.None;
        return errno;
    }
}
