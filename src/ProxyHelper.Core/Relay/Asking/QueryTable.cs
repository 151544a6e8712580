using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using ProxyHelper.Linux;

namespace ProxyHelper.Relay.Asking;

/// <summary>
/// Contains the queries that wait, by cookie and by place, and in the order of their times. Nothing is allocated for a
/// query after the table has had as many queries before.
/// </summary>
/// <param name="cookies">The random cookies.</param>
[SupportedOSPlatform("linux")]
internal sealed class QueryTable(RandomNumbers cookies)
{
    private readonly Dictionary<uint, OpenQuery> _byCookie = [];
    private readonly Dictionary<int, OpenQuery> _byPlace = [];
    private readonly Stack<OpenQuery> _free = [];

    /// <summary>Gets the number of queries.</summary>
    public int Count => _byPlace.Count;

    /// <summary>
    /// Gets the queries that were sent and wait for a reply. All wait equally long, so the first one is due first.
    /// </summary>
    public LinkedList<OpenQuery> Sent { get; } = [];

    /// <summary>Gets the queries that the router refused, and that are soon sent again. The first is due first.</summary>
    public LinkedList<OpenQuery> Refused { get; } = [];

    /// <summary>Adds a query with a cookie that no other query has. The query is in no list yet.</summary>
    /// <exception cref="LinuxException">Thrown when there are no random numbers.</exception>
    public OpenQuery Add(int place, HelperSocket socket)
    {
        uint cookie;
        do
        {
            cookie = cookies.Next();
        }
        while (_byCookie.ContainsKey(cookie));

        OpenQuery query = _free.TryPop(out OpenQuery? free) ? free : new OpenQuery { Socket = socket };
        (query.Place, query.Cookie, query.Socket, query.Sends, query.WasRefused) = (place, cookie, socket, 0, false);
        _byPlace.Add(place, query);
        _byCookie.Add(cookie, query);
        socket.OpenQueries++;
        return query;
    }

    /// <summary>Finds the query with a cookie.</summary>
    public bool TryFind(uint cookie, [NotNullWhen(true)] out OpenQuery? query) =>
        _byCookie.TryGetValue(cookie, out query);

    /// <summary>Finds the query of a place.</summary>
    public bool TryFindPlace(int place, [NotNullWhen(true)] out OpenQuery? query) =>
        _byPlace.TryGetValue(place, out query);

    /// <summary>Puts a query at the end of a list, with the time at which the query is due.</summary>
    public static void Enqueue(OpenQuery query, LinkedList<OpenQuery> list, TimeSpan dueAt)
    {
        Dequeue(query);
        query.DueAt = dueAt;
        list.AddLast(query.Node);
    }

    /// <summary>Takes a query out of its list.</summary>
    public static void Dequeue(OpenQuery query) => query.Node.List?.Remove(query.Node);

    /// <summary>Removes a query.</summary>
    public void Remove(OpenQuery query)
    {
        Dequeue(query);
        query.Socket.OpenQueries--;
        _byCookie.Remove(query.Cookie);
        _byPlace.Remove(query.Place);
        _free.Push(query);
    }
}
