using ProxyHelper.Addresses;
using ProxyHelper.TestSupport;

namespace ProxyHelper.EndToEnd;

/// <summary>
/// Contains the connection that most tests ask about: its conntrack entry, the query of the proxy and the reply.
/// </summary>
internal static class TrackedConnection
{
    private static readonly TransportEndPoint _user = TransportEndPoint.Parse("10.1.1.1:20000");
    private static readonly TransportEndPoint _server = TransportEndPoint.Parse("4.1.1.2:25");
    private static readonly TransportEndPoint _source = TransportEndPoint.Parse("194.0.1.1:3527");
    private static readonly TransportEndPoint _proxy = TransportEndPoint.Parse("194.0.22.9:9199");

    /// <summary>Gets the conntrack entry, for <see cref="DaemonOnRouter.Track"/>.</summary>
    public static ConntrackFlow Flow { get; } = ConntrackFlow.Tcp($"{_user}", $"{_server}", $"{_proxy}", $"{_source}");

    /// <summary>Returns the query of the proxy about the connection.</summary>
    public static byte[] Query(uint secret = 0, uint cookie = QueryDatagram.Cookie) =>
        QueryDatagram.Query(_source, _proxy, secret, cookie);

    /// <summary>Returns the reply to a query whose connection is found.</summary>
    public static byte[] Found(byte[] query) => QueryDatagram.Found(query, _user, _server);
}
