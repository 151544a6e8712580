using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;

namespace ProxyHelper.Server;

/// <summary>
/// Contains the queries that wait until their connection is found, in the order of their arrival. A sender may have as
/// many places as are left free, so that one sender cannot take the places of all others. The memory is allocated when
/// a query waits for the first time.
/// </summary>
internal sealed class WaitingQueries
{
    /// <summary>The largest number of queries that wait.</summary>
    public const int Max = 1024;

    private readonly Dictionary<IPv4Address, int> _ofSender = [];
    private WaitingQuery[] _queries = [];

    /// <summary>Gets the number of queries.</summary>
    public int Count { get; private set; }

    /// <summary>Gets a query.</summary>
    public ref WaitingQuery this[int index] => ref _queries[index];

    /// <summary>Adds a query, unless it has no place.</summary>
    /// <returns>Whether the query was added.</returns>
    public bool TryAdd(in WaitingQuery query)
    {
        if (_queries.Length == 0)
        {
            _queries = new WaitingQuery[Max];
            _ofSender.EnsureCapacity(Max);
        }

        if (_ofSender.GetValueOrDefault(query.Sender) >= Max - Count)
        {
            return false;
        }

        _queries[Count++] = query;
        CollectionsMarshal.GetValueRefOrAddDefault(_ofSender, query.Sender, out _)++;
        return true;
    }

    /// <summary>Removes the queries that are done.</summary>
    public void RemoveDone()
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (!_queries[i].IsDone)
            {
                _queries[kept++] = _queries[i];
            }
            else if (--CollectionsMarshal.GetValueRefOrNullRef(_ofSender, _queries[i].Sender) == 0)
            {
                _ofSender.Remove(_queries[i].Sender);
            }
        }

        Count = kept;
    }
}

/// <summary>Represents a query that waits until its connection is found.</summary>
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
