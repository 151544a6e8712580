using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.TestSupport;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>Makes a conntrack table for a test, and converts flows of the fixture to tuples.</summary>
internal static class KernelTable
{
    /// <summary>Gets a connection with SNAT and DNAT, as in the documents.</summary>
    public static ConntrackFlow Mail { get; } = ConntrackFlow.Tcp(
        "10.1.1.1:10943", "4.1.1.1:25", "194.0.22.9:9199", "194.0.1.1:20119");

    /// <summary>Runs a test in a network namespace whose table has the flows.</summary>
    public static void With(ConntrackFlow[] flows, Action<ConntrackTable> body) => NetworkNamespace.Run(() =>
    {
        using ConntrackFixture fixture = ConntrackFixture.Open();
        fixture.Add(flows);
        using ConntrackTable table = ConntrackTable.Open(ConntrackTable.MaximumLookups);
        body(table);
    });

    /// <summary>Returns the reply tuple of a flow.</summary>
    public static ConntrackTuple ReplyOf(ConntrackFlow flow) => flow.IsEcho
        ? EchoOf(flow, flow.ReplyDestination, flow.ReplySource, flow.ReplyEchoId ?? flow.EchoId).Reversed
        : new ConntrackTuple((IPProtocol)flow.Protocol, Of(flow.ReplySource), Of(flow.ReplyDestination));

    /// <summary>Returns the original tuple of a flow.</summary>
    public static ConntrackTuple OriginalOf(ConntrackFlow flow) => flow.IsEcho
        ? EchoOf(flow, flow.OriginalSource, flow.OriginalDestination, flow.EchoId)
        : new ConntrackTuple((IPProtocol)flow.Protocol, Of(flow.OriginalSource), Of(flow.OriginalDestination));

    public static TransportEndPoint Of(IPEndPoint endPoint) => new(endPoint.Address, (ushort)endPoint.Port);

    private static ConntrackTuple EchoOf(ConntrackFlow flow, IPEndPoint source, IPEndPoint destination, ushort id) =>
        new(
            (IPProtocol)flow.Protocol,
            new TransportEndPoint(source.Address, id),
            new TransportEndPoint(destination.Address, 0));
}
