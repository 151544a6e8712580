using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Sources;

namespace ProxyHelper.Server;

/// <summary>
/// Contains the queries that wait until they can be answered, in the order of their arrival. The memory is allocated
/// when a query waits for the first time.
/// </summary>
internal sealed class WaitingQueries
{
    private readonly SenderPlaces _places = new();
    private WaitingQuery[] _queries = [];

    /// <summary>Gets the number of queries.</summary>
    public int Count => _places.Count;

    /// <summary>Gets a query.</summary>
    public ref WaitingQuery this[int index] => ref _queries[index];

    /// <summary>Returns whether another query of a sender may wait.</summary>
    public bool HasRoom(IPv4Address sender) => _places.HasRoom(sender);

    /// <summary>Adds a query, whose sender must have room.</summary>
    public void Add(in WaitingQuery query)
    {
        if (_queries.Length == 0)
        {
            _queries = new WaitingQuery[SenderPlaces.Max];
        }

        _queries[Count] = query;
        _places.Take(query.Sender);
    }

    /// <summary>Removes the queries that are done.</summary>
    public void RemoveDone()
    {
        int count = Count, kept = 0;
        for (int i = 0; i < count; i++)
        {
            if (_queries[i].IsDone)
            {
                _places.Free(_queries[i].Sender);
            }
            else
            {
                _queries[kept++] = _queries[i];
            }
        }

        Array.Clear(_queries, kept, count - kept); // so that the tickets can be freed
    }
}

/// <summary>Represents a query that waits until its connection is found, or its ticket is done.</summary>
internal struct WaitingQuery
{
    /// <summary>The bytes of the query, in which its reply is written.</summary>
    public QueryBytes Bytes;

    /// <summary>The address of the sender in the form of the kernel.</summary>
    public SenderBytes SenderAddress;

    /// <summary>Gets the address of the sender.</summary>
    public required IPv4Address Sender { get; init; }

    /// <summary>Gets the address that the query was sent to, or null.</summary>
    public required IPv4Address? LocalAddress { get; init; }

    /// <summary>Gets the socket that received the query.</summary>
    public required QuerySocket Socket { get; init; }

    /// <summary>Gets the time of the arrival, as the time since boot.</summary>
    public required TimeSpan ArrivedAt { get; init; }

    /// <summary>Gets the ticket that the query waits for, or null.</summary>
    public ResolverTicket? Ticket { get; init; }

    /// <summary>Gets or sets whether the query is answered or refused.</summary>
    public bool IsDone { get; set; }

    /// <summary>Contains the bytes of a query.</summary>
    [InlineArray(HelperDatagram.Size)]
    public struct QueryBytes
    {
        private byte _first;
    }

    /// <summary>Contains the address of a sender in the form of the kernel.</summary>
    [InlineArray(LinuxSocket.AddressSize)]
    public struct SenderBytes
    {
        private byte _first;
    }
}

/// <summary>
/// Counts the queries that wait. A sender may have as many places as are left free, so that one sender cannot take the
/// places of all others.
/// </summary>
internal sealed class SenderPlaces
{
    /// <summary>The largest number of queries that wait.</summary>
    public const int Max = 1024;

    private readonly Dictionary<IPv4Address, int> _ofSender = [];

    /// <summary>Gets the number of places that are taken.</summary>
    public int Count { get; private set; }

    /// <summary>Returns whether another query of a sender may wait.</summary>
    public bool HasRoom(IPv4Address sender) => _ofSender.GetValueOrDefault(sender) < Max - Count;

    /// <summary>Takes a place.</summary>
    public void Take(IPv4Address sender)
    {
        _ofSender.EnsureCapacity(Max);
        Count++;
        CollectionsMarshal.GetValueRefOrAddDefault(_ofSender, sender, out _)++;
    }

    /// <summary>Frees a place.</summary>
    public void Free(IPv4Address sender)
    {
        Count--;
        if (--CollectionsMarshal.GetValueRefOrNullRef(_ofSender, sender) == 0)
        {
            _ofSender.Remove(sender);
        }
    }
}
