using ProxyHelper.Addresses;

namespace ProxyHelper.Relay.Asking;

/// <summary>Represents a query that waits for its reply. The object is used again for later queries.</summary>
internal sealed class AskedQuery
{
    /// <summary>Makes a query that is in no queue.</summary>
    public AskedQuery()
    {
        Node = new LinkedListNode<AskedQuery>(this);
    }

    /// <summary>Gets the node of the query, which is in one of the queues.</summary>
    public LinkedListNode<AskedQuery> Node { get; }

    /// <summary>Gets or sets the place of the connection.</summary>
    public int Place { get; set; }

    /// <summary>Gets or sets the cookie, which no other open query has.</summary>
    public uint Cookie { get; set; }

    /// <summary>Gets or sets the translated source: the router's end of the connection.</summary>
    public TransportEndPoint Source { get; set; }

    /// <summary>Gets or sets the accepting address and port.</summary>
    public TransportEndPoint Destination { get; set; }

    /// <summary>Gets or sets the socket that the query leaves from, and that its reply must come to.</summary>
    public required HelperSocket Socket { get; set; }

    /// <summary>Gets or sets the time at which the connection asked.</summary>
    public TimeSpan AskedAt { get; set; }

    /// <summary>Gets or sets the time at which the query is sent again or ends.</summary>
    public TimeSpan DueAt { get; set; }

    /// <summary>Gets or sets the number of sends, without a send that the router refused.</summary>
    public int Sends { get; set; }

    /// <summary>Gets or sets whether the router has refused the query once (ICMP).</summary>
    public bool WasRefused { get; set; }
}
