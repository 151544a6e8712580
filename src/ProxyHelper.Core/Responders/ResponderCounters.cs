namespace ProxyHelper.Responders;

/// <summary>The counters of one worker: it alone writes them, anyone may read.</summary>
internal sealed class ResponderCounters
{
    private long _queries;
    private long _found;
    private long _notFound;
    private long _failedLookups;
    private long _malformed;
    private long _refused;
    private long _late;
    private long _unsentReplies;
    private long _receiveErrors;

    public void AddQueries(int count) => Add(ref _queries, count);

    public void AddFound() => Add(ref _found, 1);

    public void AddNotFound() => Add(ref _notFound, 1);

    public void AddFailedLookup() => Add(ref _failedLookups, 1);

    public void AddMalformed() => Add(ref _malformed, 1);

    public void AddRefused() => Add(ref _refused, 1);

    public void AddLate() => Add(ref _late, 1);

    public void AddUnsentReplies(int count) => Add(ref _unsentReplies, count);

    public void AddReceiveError() => Add(ref _receiveErrors, 1);

    /// <summary>The counts of this moment.</summary>
    public ResponderCounts Read() => new()
    {
        Queries = Volatile.Read(ref _queries),
        Found = Volatile.Read(ref _found),
        NotFound = Volatile.Read(ref _notFound),
        FailedLookups = Volatile.Read(ref _failedLookups),
        Malformed = Volatile.Read(ref _malformed),
        Refused = Volatile.Read(ref _refused),
        Late = Volatile.Read(ref _late),
        UnsentReplies = Volatile.Read(ref _unsentReplies),
        ReceiveErrors = Volatile.Read(ref _receiveErrors),
    };

    // One writer, so no interlocked addition is needed; the volatile write keeps a reader from seeing half a number.
    private static void Add(ref long counter, int count) => Volatile.Write(ref counter, counter + count);
}
