using System.Runtime.Versioning;
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

    /// <summary>
    /// Lets the kernel choose the queue of each datagram. The kernel limits the size of the filter
    /// (net.core.optmem_max). If the list of allowed senders is too long, the filter has a shorter list with more
    /// senders. Senders that are not allowed can then fill the queues of proxies, but still get no reply.
    /// </summary>
    /// <param name="first">The first of the sockets that share the address and port.</param>
    /// <param name="workers">The number of workers.</param>
    /// <param name="allowed">The senders that may ask. An empty list allows every sender.</param>
    /// <exception cref="LinuxException">Thrown when the kernel refused the shortest filter, too.</exception>
    [SupportedOSPlatform("linux")]
    public static void Sort(LinuxSocket first, int workers, IReadOnlyList<EndPointPattern> allowed)
    {
        IReadOnlyList<SenderPrefix> senders = SenderPrefixes.From(allowed);
        while (!TryChoose(first, workers, senders))
        {
            senders = senders.Count == 1 ? [] : SenderPrefixes.Shorten(senders, senders.Count / 2);
        }
    }

    /// <summary>Returns the program that chooses the queue.</summary>
    /// <param name="workers">
    /// The number of workers. Queue <c>q</c> of worker <c>w</c> has the number <c>w * Count + q</c>.
    /// </param>
    /// <param name="senders">The senders that may ask. An empty list allows every sender.</param>
    public static PacketFilter Selection(int workers, IReadOnlyList<SenderPrefix> senders)
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
        RequireAllowed(filter, senders);

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

    [SupportedOSPlatform("linux")]
    private static bool TryChoose(LinuxSocket first, int workers, IReadOnlyList<SenderPrefix> senders)
    {
        try
        {
            first.ChooseBy(Selection(workers, senders));
            return true;
        }
        catch (LinuxException failure) when (failure.Errno == Errno.ENOMEM && senders.Count > 0)
        {
            return false;
        }
    }

    /// <summary>
    /// Returns <see cref="Others"/> unless a prefix contains the sender, which is in the index register. Prefixes of
    /// the same length share a mask, so that a prefix takes one or two instructions of the kernel, and 500 prefixes fit
    /// into 20,480 bytes: the limit before Linux 6.7.
    /// </summary>
    private static void RequireAllowed(PacketFilter filter, IReadOnlyList<SenderPrefix> senders)
    {
        const int mostSkipped = 250; // a comparison can skip 255 instructions
        var matches = new List<int>();
        foreach (IGrouping<int, SenderPrefix> group in senders.GroupBy(sender => sender.Length))
        {
            filter.MoveFromIndex();
            filter.And(group.First().Mask);
            foreach (SenderPrefix[] chunk in group.Chunk(mostSkipped))
            {
                for (int i = 0; i < chunk.Length; i++)
                {
                    filter.SkipIf(chunk[i].Network, (byte)(chunk.Length - i));
                }

                filter.Skip(1);
                matches.Add(filter.Jump());
            }
        }

        if (senders.Count > 0)
        {
            filter.Return(Others);
            matches.ForEach(filter.LandHere);
            filter.MoveFromIndex();
        }
    }
}
