using System.Net;
using ProxyHelper.Protocol;

namespace ProxyHelper.Client;

/// <summary>A datagram that came instead of the answer.</summary>
/// <param name="Sender">Where it came from.</param>
/// <param name="Reason">Why it is not the answer.</param>
public sealed record IgnoredReply(IPEndPoint Sender, ReplyFault Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Sender}: {Reason}";
}
