using System.Net;
using ProxyHelper.Protocol;

namespace ProxyHelper.Client;

/// <summary>Represents a datagram, or over TCP a line, that was not the reply.</summary>
/// <param name="Sender">The sender's address and port.</param>
/// <param name="Reason">The reason it was not the reply.</param>
public sealed record IgnoredReply(IPEndPoint Sender, ReplyFault Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Sender}: {Reason}";
}
