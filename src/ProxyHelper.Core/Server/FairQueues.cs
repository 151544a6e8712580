using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;

namespace ProxyHelper.Server;

/// <summary>
/// Chooses the queue in which a datagram waits, so that a flood fills only its own queue. Datagrams that look like a
/// proxy's query about its own connection go to several queues, by sender. All other datagrams go to one queue. The
/// choice only decides where a datagram waits: datagrams of all queues pass the same checks.
/// </summary>
internal static class FairQueues
{
    /// <summary>
    /// The number of queues that a worker has for each address: eight for proxies, then one for all other datagrams.
    /// </summary>
    public const int Count = (1 << ProxyBits) + 1;

    private const int ProxyBits = 3;
    private const int Others = Count - 1; // of the first worker, so that the queues of the others stay free
    private const int SenderOffset = PacketFilter.NetworkHeader + 12; // source address in the IPv4 header (RFC 791)
    private const uint QueueCell = 0;

    /// <summary>Returns the program that chooses the queue.</summary>
    /// <param name="workers">
    /// The number of workers. Queue <c>q</c> of worker <c>w</c> has the number <c>w * Count + q</c>.
    /// </param>
    /// <param name="allowed">The senders that may ask. An empty list allows every sender.</param>
    public static PacketFilter Selection(int workers, IReadOnlyList<EndPointPattern> allowed)
    {
        var filter = new PacketFilter();
        filter.LoadLength();
        filter.ReturnUnlessEqual(HelperDatagram.Size, Others);
        filter.LoadWord(0);
        filter.ReturnUnlessEqual(HelperDatagram.Magic, Others);
        filter.LoadWord(HelperDatagram.VersionOffset);
        filter.ReturnUnlessEqual(((uint)HelperDatagram.Version << 16) | HelperDatagram.QueryFlags, Others);
        filter.LoadWord(HelperDatagram.DestinationOffset);
        filter.MoveToIndex();
        filter.LoadWord(SenderOffset);
        filter.ReturnUnlessIndex(Others);
        RequireAllowed(filter, allowed);

        filter.Multiply(HashFactor.Choose());
        filter.Shift(32 - ProxyBits);
        if (workers > 1)
        {
            filter.Store(QueueCell);
            filter.LoadWord(HelperDatagram.SourcePortOffset); // so that one proxy's queries go to all workers
            filter.Multiply(HashFactor.Choose());
            filter.Shift(16);
            filter.Remainder((uint)workers);
            filter.Multiply(Count);
            filter.LoadIndex(QueueCell);
            filter.AddIndex();
        }

        filter.Return();
        return filter;
    }

    private static void RequireAllowed(PacketFilter filter, IReadOnlyList<EndPointPattern> allowed)
    {
        const int instructions = 4; // for each prefix
        for (int i = 0; i < allowed.Count; i++)
        {
            filter.LoadWord(SenderOffset);
            filter.And(allowed[i].IPv4Mask);
            filter.SkipUnless(allowed[i].IPv4Network.Value, 1);
            filter.Skip(((allowed.Count - 1 - i) * instructions) + 1); // past the other prefixes and the return
        }

        if (allowed.Count > 0)
        {
            filter.Return(Others);
            filter.LoadWord(SenderOffset);
        }
    }
}
