using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Sources;

namespace ProxyHelper.Server.Portable;

/// <summary>Represents a query over UDP that waits for its ticket.</summary>
/// <param name="Bytes">The bytes of the query, in which its reply is written.</param>
/// <param name="From">The sender.</param>
/// <param name="Socket">The socket that received the query.</param>
/// <param name="EmptyAt">A time before the arrival, from which the age counts.</param>
/// <param name="ReceivedAt">The time at which the query was taken from the socket.</param>
internal sealed record PortableQuery(
    byte[] Bytes, IPEndPoint From, PortableSocket Socket, TimeSpan EmptyAt, TimeSpan ReceivedAt)
{
    /// <summary>Gets the address of the sender.</summary>
    public IPv4Address Sender { get; } = IPv4Address.FromIPAddress(From.Address);

    /// <summary>Gets or sets the ticket, or null if the query has no place to wait.</summary>
    public ResolverTicket? Ticket { get; set; }
}
