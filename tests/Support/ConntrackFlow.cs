using System.Net;

namespace ProxyHelper.TestSupport;

/// <summary>Represents a conntrack entry that a test adds. The static methods make one; "with" changes it.</summary>
/// <param name="Protocol">The protocol's number: 6 is TCP, 17 UDP, 1 ICMP, 58 ICMPv6.</param>
/// <param name="OriginalSource">The source of the first packet.</param>
/// <param name="OriginalDestination">The destination of the first packet.</param>
/// <param name="ReplySource">The source of answers: with destination NAT, the real server.</param>
/// <param name="ReplyDestination">The destination of answers: with source NAT, the router.</param>
public sealed record ConntrackFlow(
    byte Protocol,
    IPEndPoint OriginalSource,
    IPEndPoint OriginalDestination,
    IPEndPoint ReplySource,
    IPEndPoint ReplyDestination)
{
    /// <summary>Gets CTA_ZONE, for both directions.</summary>
    public ushort Zone { get; init; }

    /// <summary>Gets CTA_TUPLE_ZONE of the original direction. At most one of the three zones is not 0.</summary>
    public ushort OriginalZone { get; init; }

    /// <summary>Gets CTA_TUPLE_ZONE of the reply direction.</summary>
    public ushort ReplyZone { get; init; }

    /// <summary>Gets CTA_MARK. If it is null, the request has no mark.</summary>
    public uint? Mark { get; init; }

    /// <summary>Gets CTA_PROTOINFO_TCP_STATE: 3 is ESTABLISHED. Only TCP has a state like this.</summary>
    public byte? TcpState { get; init; }

    /// <summary>Gets CTA_PROTOINFO_SCTP_STATE: 4 is ESTABLISHED. Only SCTP has a state like this.</summary>
    public byte? SctpState { get; init; }

    /// <summary>Gets CTA_TIMEOUT: the life of the entry in seconds.</summary>
    public uint TimeoutSeconds { get; init; } = 300;

    /// <summary>
    /// Gets CTA_STATUS: 2 is SEEN_REPLY, 4 is ASSURED. Only the kernel sets the NAT bits (0x10, 0x20).
    /// </summary>
    public uint? Status { get; init; }

    /// <summary>Gets the identifier of an echo request, which has no ports.</summary>
    public ushort EchoId { get; init; }

    /// <summary>Gets the identifier of the answers if source NAT translates it; null if it is the same.</summary>
    public ushort? ReplyEchoId { get; init; }

    /// <summary>
    /// Gets a value that says whether this is ICMP or ICMPv6, which have an identifier instead of ports.
    /// </summary>
    public bool IsEcho => Protocol is 1 or 58;

    /// <summary>
    /// Returns an established TCP connection. Its ends are written as "10.1.1.1:10943" or "[2001:db8::1]:25".
    /// </summary>
    public static ConntrackFlow Tcp(string originalSource, string originalDestination, string replySource,
        string replyDestination) =>
        Parse(6, originalSource, originalDestination, replySource, replyDestination) with { TcpState = 3 };

    /// <summary>Returns a TCP connection without NAT.</summary>
    public static ConntrackFlow Tcp(string source, string destination) => Tcp(source, destination, destination, source);

    /// <summary>Returns a UDP flow.</summary>
    public static ConntrackFlow Udp(string originalSource, string originalDestination, string replySource,
        string replyDestination) =>
        Parse(17, originalSource, originalDestination, replySource, replyDestination);

    /// <summary>Returns a UDP flow without NAT.</summary>
    public static ConntrackFlow Udp(string source, string destination) => Udp(source, destination, destination, source);

    /// <summary>Returns an ICMP or ICMPv6 echo (ping) without NAT.</summary>
    public static ConntrackFlow Echo(string source, string destination, ushort id)
    {
        var from = new IPEndPoint(IPAddress.Parse(source), 0);
        var to = new IPEndPoint(IPAddress.Parse(destination), 0);
        byte protocol = from.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? (byte)1 : (byte)58;
        return new ConntrackFlow(protocol, from, to, to, from) { EchoId = id };
    }

    private static ConntrackFlow Parse(byte protocol, params string[] ends)
    {
        IPEndPoint[] parsed = Array.ConvertAll(ends, IPEndPoint.Parse);
        return new ConntrackFlow(protocol, parsed[0], parsed[1], parsed[2], parsed[3]);
    }
}
