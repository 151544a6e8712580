namespace ProxyHelper.Benchmarks.Responders;

/// <summary>The queries that wait for their answers, by cookie, and what became of the others.</summary>
internal sealed class OpenQueries(FlowChoice choice)
{
    // Many windows: a query whose place is taken has been lost.
    private const int Places = 4096;

    private readonly Entry[] _entries = new Entry[Places];
    private uint _cookie;

    /// <summary>How many were asked.</summary>
    public long Asked { get; private set; }

    /// <summary>How many were answered, rightly or not.</summary>
    public long Answered { get; private set; }

    /// <summary>How many right answers came.</summary>
    public long Right { get; private set; }

    /// <summary>How many other answers came, those among them that nobody asked for.</summary>
    public long Wrong { get; private set; }

    /// <summary>How long answers took.</summary>
    public Latencies Latencies { get; } = new();

    /// <summary>Begins to count anew; all has been answered or is lost.</summary>
    public void Clear()
    {
        Array.Clear(_entries);
        Latencies.Clear();
        Asked = Answered = Right = Wrong = 0;
    }

    /// <summary>Writes the next query.</summary>
    public void Ask(Span<byte> datagram, long now)
    {
        uint cookie = ++_cookie;
        RouterFlow flow = choice.Next(out bool isMiss);
        _entries[cookie % Places] = new Entry(cookie, flow, isMiss, IsOpen: true, now);
        LoadDatagram.Write(datagram, cookie, flow, isMiss);
        Asked++;
    }

    /// <summary>Takes an answer.</summary>
    /// <returns>Whether it was waited for.</returns>
    public bool Take(ReadOnlySpan<byte> datagram, long now)
    {
        uint? cookie = LoadDatagram.Cookie(datagram);
        ref Entry entry = ref _entries[cookie.GetValueOrDefault() % Places];
        if (!entry.IsOpen || entry.Cookie != cookie)
        {
            Wrong++;
            return false;
        }

        if (LoadDatagram.IsRight(datagram, entry.Flow, entry.IsMiss))
        {
            Right++;
        }
        else
        {
            Wrong++;
        }

        Latencies.Record(now - entry.AskedAt);
        entry = default;
        Answered++;
        return true;
    }

    private readonly record struct Entry(uint Cookie, RouterFlow Flow, bool IsMiss, bool IsOpen, long AskedAt);
}
