namespace ProxyHelper.Benchmarks.Responders;

/// <summary>Contains the open queries by cookie, and counts the replies.</summary>
internal sealed class OpenQueries(FlowChoice choice)
{
    // The size of many windows. A query whose place is taken again has been lost.
    private const int Places = 4096;

    private readonly OpenQuery[] _queries = new OpenQuery[Places];
    private uint _cookie;

    /// <summary>Gets the number of queries.</summary>
    public long Asked { get; private set; }

    /// <summary>Gets the number of queries with a reply.</summary>
    public long Answered { get; private set; }

    /// <summary>Gets the number of correct replies.</summary>
    public long Right { get; private set; }

    /// <summary>Gets the number of wrong and unexpected replies.</summary>
    public long Wrong { get; private set; }

    /// <summary>Gets the times of the replies.</summary>
    public Latencies Latencies { get; } = new();

    /// <summary>Resets the counts. No query is open.</summary>
    public void Clear()
    {
        Array.Clear(_queries);
        Latencies.Clear();
        Asked = Answered = Right = Wrong = 0;
    }

    /// <summary>Writes the next query.</summary>
    public void Ask(Span<byte> datagram, long now)
    {
        uint cookie = ++_cookie;
        RouterFlow flow = choice.Next(out bool isMiss);
        _queries[cookie % Places] = new OpenQuery(cookie, flow, isMiss, IsOpen: true, now);
        LoadDatagram.Write(datagram, cookie, flow, isMiss);
        Asked++;
    }

    /// <summary>Receives a reply.</summary>
    /// <returns>Whether the reply was expected.</returns>
    public bool Take(ReadOnlySpan<byte> datagram, long now)
    {
        uint? cookie = LoadDatagram.Cookie(datagram);
        ref OpenQuery query = ref _queries[cookie.GetValueOrDefault() % Places];
        if (!query.IsOpen || query.Cookie != cookie)
        {
            Wrong++;
            return false;
        }

        if (LoadDatagram.IsRight(datagram, query.Flow, query.IsMiss))
        {
            Right++;
        }
        else
        {
            Wrong++;
        }

        Latencies.Record(now - query.AskedAt);
        query = default;
        Answered++;
        return true;
    }

    private readonly record struct OpenQuery(uint Cookie, RouterFlow Flow, bool IsMiss, bool IsOpen, long AskedAt);
}
