using System.Net;

namespace ProxyHelper.TestSupport;

/// <summary>A conntrack entry that a test wants to be there. Start from one of the static methods, and add to it by "with".</summary>
/// <param name="Protocol">The protocol's number: 6 is TCP, 17 UDP, 1 ICMP, 58 ICMPv6.</param>
/// <param name="OriginalSource">Where the first packet came from.</param>
/// <param name="OriginalDestination">Where it wanted to go.</param>
/// <param name="ReplySource">Where answers come from: after destination NAT, the real server.</param>
/// <param name="ReplyDestination">Where answers go: after source NAT, the router.</param>
public sealed record ConntrackFlow(
    byte Protocol,
    IPEndPoint OriginalSource,
    IPEndPoint OriginalDestination,
    IPEndPoint ReplySource,
    IPEndPoint ReplyDestination)
{
    /// <summary>CTA_ZONE, for both directions.</summary>
    public ushort Zone { get; init; }

    /// <summary>CTA_MARK; null leaves it out.</summary>
    public uint? Mark { get; init; }

    /// <summary>CTA_PROTOINFO_TCP_STATE: 3 is ESTABLISHED. TCP alone has it.</summary>
    public byte? TcpState { get; init; }

    /// <summary>CTA_PROTOINFO_SCTP_STATE: 4 is ESTABLISHED. SCTP alone has it.</summary>
    public byte? SctpState { get; init; }

    /// <summary>CTA_TIMEOUT: the entry's life in seconds.</summary>
    public uint TimeoutSeconds { get; init; } = 300;

    /// <summary>CTA_STATUS: 2 is SEEN_REPLY, 4 ASSURED. The kernel keeps the NAT bits (0x10, 0x20) to itself.</summary>
    public uint? Status { get; init; }

    /// <summary>The identifier of an echo request; the end points' ports do not matter then.</summary>
    public ushort EchoId { get; init; }

    /// <summary>The identifier that answers carry, where source NAT translates it; null when it is the same.</summary>
    public ushort? ReplyEchoId { get; init; }

    /// <summary>Whether it is ICMP's or ICMPv6's, which has an identifier where others have ports.</summary>
    public bool IsEcho => Protocol is 1 or 58;

    /// <summary>A TCP connection that is established. The texts are as "10.1.1.1:10943" or "[2001:db8::1]:25".</summary>
    public static ConntrackFlow Tcp(string originalSource, string originalDestination, string replySource, string replyDestination) =>
        Parse(6, originalSource, originalDestination, replySource, replyDestination) with { TcpState = 3 };

    /// <summary>A TCP connection without NAT.</summary>
    public static ConntrackFlow Tcp(string source, string destination) => Tcp(source, destination, destination, source);

    /// <summary>A UDP flow.</summary>
    public static ConntrackFlow Udp(string originalSource, string originalDestination, string replySource, string replyDestination) =>
        Parse(17, originalSource, originalDestination, replySource, replyDestination);

    /// <summary>A UDP flow without NAT.</summary>
    public static ConntrackFlow Udp(string source, string destination) => Udp(source, destination, destination, source);

    /// <summary>An ICMP or ICMPv6 echo (ping) without NAT.</summary>
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
