using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.Benchmarks.Listings;

/// <summary>Exact look-ups, each alone, of any flows of the table.</summary>
internal static class Lookups
{
    /// <summary>How many there are.</summary>
    public const int Count = 100_000;

    /// <summary>Looks them up.</summary>
    /// <param name="flows">How many flows the table has.</param>
    /// <returns>How many were found as they are.</returns>
    public static Timing Run(int flows)
    {
        var choice = new FlowChoice(flows, misses: 0);
        ConntrackTuple[] replies = [.. Enumerable.Range(0, Count).Select(_ => ReplyOf(choice.Next(out bool _)))];
        using ConntrackTable table = ConntrackTable.Open();
        return Timing.Of(() => replies.Count(reply => table.Find(reply)?.Reply == reply));
    }

    private static ConntrackTuple ReplyOf(RouterFlow flow)
    {
        ConntrackFlow entry = flow.ToEntry();
        return new ConntrackTuple(IPProtocol.Tcp, EndPoint(entry.ReplySource), EndPoint(entry.ReplyDestination));
    }

    private static TransportEndPoint EndPoint(IPEndPoint end) => new(end.Address, (ushort)end.Port);
}
