using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.Benchmarks.Listings;

/// <summary>Measures exact look-ups of random flows, one after the other.</summary>
internal static class Lookups
{
    /// <summary>The number of look-ups.</summary>
    public const int Count = 100_000;

    /// <summary>Runs the look-ups.</summary>
    /// <param name="flows">The number of flows in the table.</param>
    /// <returns>The number of entries that were found, and the time.</returns>
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
