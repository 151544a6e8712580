using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using ProxyHelper.Linux;
using ProxyHelper.Linux.Entropy;

namespace ProxyHelper.Relay.Asking;

/// <summary>
/// Contains the queries that wait, by cookie, and in the order of their times. Nothing is allocated for a query after
/// the table has had as many queries before.
/// </summary>
/// <param name="cookies">The random cookies.</param>
[SupportedOSPlatform("linux")]
internal sealed class QueryTable(RandomNumbers cookies)
{
    private readonly Dictionary<uint, AskedQuery> _byCookie = [];
    private readonly Stack<AskedQuery> _free = [];

    /// <summary>Gets the number of queries.</summary>
    public int Count => _byCookie.Count;

    /// <summary>
    /// Gets the queries that were sent and wait for a reply. All wait equally long, so the first one is due first.
    /// </summary>
    public LinkedList<AskedQuery> Sent { get; } = [];

    /// <summary>
    /// Gets the queries that the router refused, and that are soon sent again. The first one is due first.
    /// </summary>
    public LinkedList<AskedQuery> Refused { get; } = [];

    /// <summary>Gets the time at which the first query is due. Null if no query waits.</summary>
    public TimeSpan? NextDueAt
    {
        get
        {
            TimeSpan? sent = Sent.First?.Value.DueAt, refused = Refused.First?.Value.DueAt;
            return sent < refused ? sent : refused ?? sent;
        }
    }

    /// <summary>Returns the first query of a list if it is due, or null.</summary>
    public static AskedQuery? FirstDue(LinkedList<AskedQuery> list, TimeSpan now) =>
        list.First?.Value is { } query && query.DueAt <= now ? query : null;

    /// <summary>Puts a query at the end of a list, with the time at which the query is due.</summary>
    public static void Enqueue(AskedQuery query, LinkedList<AskedQuery> list, TimeSpan dueAt)
    {
        Dequeue(query);
        query.DueAt = dueAt;
        list.AddLast(query.Node);
    }

    /// <summary>Takes a query out of its list.</summary>
    public static void Dequeue(AskedQuery query) => query.Node.List?.Remove(query.Node);

    /// <summary>Adds a query with a cookie that no other query has. The query is in no list yet.</summary>
    /// <param name="place">The place of the connection.</param>
    /// <param name="socket">The socket that the query leaves from.</param>
    /// <exception cref="LinuxException">Thrown when there are no random numbers.</exception>
    public AskedQuery Add(int place, HelperSocket socket)
    {
        uint cookie;
        do
        {
            cookie = cookies.Next();
        }
        while (_byCookie.ContainsKey(cookie));

        AskedQuery query = _free.TryPop(out AskedQuery? free) ? free : new AskedQuery { Socket = socket };
        (query.Place, query.Cookie, query.Socket, query.Sends, query.WasRefused) = (place, cookie, socket, 0, false);
        _byCookie.Add(cookie, query);
        socket.OpenQueries++;
        return query;
    }

    /// <summary>Finds the query with a cookie.</summary>
    public bool TryFind(uint cookie, [NotNullWhen(true)] out AskedQuery? query) =>
        _byCookie.TryGetValue(cookie, out query);

    /// <summary>Removes a query.</summary>
    public void Remove(AskedQuery query)
    {
        Dequeue(query);
        query.Socket.OpenQueries--;
        _byCookie.Remove(query.Cookie);
        _free.Push(query);
    }
}
