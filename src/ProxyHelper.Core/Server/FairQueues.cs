using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;

namespace ProxyHelper.Server;

/// <summary>
/// The queues that the kernel puts datagrams in before they are read, so that a flood fills its own queue and nobody else's: one
/// for whatever does not look like a proxy asking about its own connection, and several for what does, by sender. It only
/// decides where a datagram waits: what is in a queue is judged all the same.
/// </summary>
internal static class FairQueues
{
    /// <summary>How many queues a worker has for each address: eight for proxies, and one for all else, which comes last.</summary>
    public const int Count = (1 << ProxyBits) + 1;

    private const int ProxyBits = 3;
    private const int AllElse = Count - 1; // of the first worker, so that the others stay free of it
    private const int SenderOffset = PacketFilter.NetworkHeader + 12; // source address in the IPv4 header (RFC 791)
    private const uint QueueCell = 0;

    /// <summary>Writes the program that chooses a queue.</summary>
    /// <param name="workers">How many workers there are; queue <c>q</c> of worker <c>w</c> is number <c>w * Count + q</c>.</param>
    /// <param name="allowed">Who may ask; all if there is none.</param>
    public static PacketFilter Selection(int workers, IReadOnlyList<EndPointPattern> allowed)
    {
        var filter = new PacketFilter();
        filter.LoadLength();
        filter.ReturnUnlessEqual(HelperDatagram.Size, AllElse);
        filter.LoadWord(0);
        filter.ReturnUnlessEqual(HelperDatagram.Magic, AllElse);
        filter.LoadWord(HelperDatagram.VersionOffset);
        filter.ReturnUnlessEqual(((uint)HelperDatagram.Version << 16) | HelperDatagram.QueryFlags, AllElse);
        filter.LoadWord(HelperDatagram.DestinationOffset);
        filter.MoveToIndex();
        filter.LoadWord(SenderOffset);
        filter.ReturnUnlessIndex(AllElse);
        RequireAllowed(filter, allowed);

        filter.Multiply(HashFactor.Choose());
        filter.Shift(32 - ProxyBits);
        if (workers > 1)
        {
            filter.Store(QueueCell);
            filter.LoadWord(HelperDatagram.SourcePortOffset); // the ports asked about: one proxy's queries go to all workers
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
            filter.Return(AllElse);
            filter.LoadWord(SenderOffset);
        }
    }
}
