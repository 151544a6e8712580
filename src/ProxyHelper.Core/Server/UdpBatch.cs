using System.Runtime.Versioning;
using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>Contains the parts with which a UDP server answers a batch.</summary>
/// <param name="Datagrams">The datagrams of the queries.</param>
/// <param name="Lookups">The look-ups of the queries.</param>
/// <param name="Replies">The replies.</param>
/// <param name="Arrivals">The ages of the queries.</param>
/// <param name="Telemetry">The counters and the journal.</param>
[SupportedOSPlatform("linux")]
internal sealed record UdpBatch(
    MessageBatch Datagrams,
    LookupBatch Lookups,
    UdpReplies Replies,
    ArrivalClock Arrivals,
    ServerTelemetry Telemetry)
{
    /// <summary>Adds the look-up of a query.</summary>
    /// <param name="query">What the datagram asks.</param>
    /// <param name="pending">What the reply needs.</param>
    /// <param name="sender">The address of the sender.</param>
    public void Add(in Query query, in PendingQuery pending, IPv4Address sender)
    {
        Replies.Expect(Lookups.Count, pending);
        Lookups.Add(new ConntrackTuple(IPProtocol.Tcp, query.Destination, query.Source, Icmp: null), sender);
    }

    /// <summary>Puts a query in the place of an earlier one, which is lost, or leaves it where it is.</summary>
    public void Keep(int index, int earlier)
    {
        if (index != earlier)
        {
            Lookups.Move(index, earlier);
            Replies.Move(index, earlier);
        }
    }

    /// <summary>Sends the replies to the queries.</summary>
    public void Answer(QuerySocket socket, ServerRules rules)
    {
        Replies.Write(rules);
        Replies.Send(socket, rules.Admission);
        Replies.Report(rules);
    }
}
