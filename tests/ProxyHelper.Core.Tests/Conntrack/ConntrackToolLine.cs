using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.TestSupport;

namespace ProxyHelper.Tests.Conntrack;

/// <summary>
/// Writes an entry like "conntrack -L -o extended,id", without the timeout and the use count, which change all the
/// time.
/// </summary>
internal static partial class ConntrackToolLine
{
    /// <summary>Returns the lines of the tool for one address family.</summary>
    public static string[] List(string family, params string[] options) => Tool
        .Run("conntrack", ["-L", "-f", family, "-o", "extended,id", .. options])
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Returns a line of the tool without its timeout, and the timeout.</summary>
    public static (string Line, TimeSpan Timeout) Read(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        const int timeoutPlace = 4; // after the names and numbers of family and protocol
        var timeout = TimeSpan.FromSeconds(int.Parse(words[timeoutPlace], CultureInfo.InvariantCulture));
        string rest = string.Join(' ', words.Where((_, i) => i != timeoutPlace));
        return (Unneeded().Replace(rest, string.Empty), timeout);
    }

    /// <summary>Returns the line that the tool writes for an entry.</summary>
    public static string Of(ConntrackEntry entry)
    {
        string family = entry.Original.AddressFamily == AddressFamily.InterNetwork ? "ipv4 2" : "ipv6 10";
        string?[] words =
        [
            family, Name(entry.Protocol), $"{(byte)entry.Protocol}", entry.State is { } state ? StateName(state) : null,
            Tuple(entry.Original), IsForBoth(entry) ? null : ZoneOf("zone-orig", entry.OriginalZone),
            entry.Status.HasFlag(ConntrackStatus.SeenReply) ? null : "[UNREPLIED]",
            Tuple(entry.Reply), IsForBoth(entry) ? null : ZoneOf("zone-reply", entry.ReplyZone),
            entry.Status.HasFlag(ConntrackStatus.Assured) ? "[ASSURED]" : null,
            $"mark={entry.Mark}", IsForBoth(entry) ? ZoneOf("zone", entry.Zone) : null, $"id={entry.Id}",
        ];
        return string.Join(' ', words.Where(word => word is not null));
    }

    private static bool IsForBoth(ConntrackEntry entry) => entry.OriginalZone == entry.ReplyZone;

    private static string? ZoneOf(string name, ushort zone) => zone == 0 ? null : $"{name}={zone}";

    private static string Tuple(ConntrackTuple tuple)
    {
        string ends = $"src={tuple.Source.Address} dst={tuple.Destination.Address}";
        return tuple.Icmp is { } message
            ? $"{ends} type={message.Type} code={message.Code} id={Math.Max(tuple.Source.Port, tuple.Destination.Port)}"
            : tuple.Protocol switch
            {
                IPProtocol.Gre => $"{ends} srckey=0x{tuple.Source.Port:x} dstkey=0x{tuple.Destination.Port:x}",
                IPProtocol.HopOpt or (IPProtocol)50 => ends,
                _ => $"{ends} sport={tuple.Source.Port} dport={tuple.Destination.Port}",
            };
    }

    private static string Name(IPProtocol protocol) =>
        protocol is IPProtocol.HopOpt or (IPProtocol)50 ? "unknown" : protocol.ToString().ToLowerInvariant();

    private static string StateName(ConnectionState state) => state switch
    {
        ConnectionState.SynSent => "SYN_SENT",
        ConnectionState.SynReceived => "SYN_RECV",
        ConnectionState.Established => "ESTABLISHED",
        ConnectionState.FinWait => "FIN_WAIT",
        ConnectionState.CloseWait => "CLOSE_WAIT",
        ConnectionState.LastAck => "LAST_ACK",
        ConnectionState.TimeWait => "TIME_WAIT",
        ConnectionState.Close => "CLOSE",
        ConnectionState.SynSent2 => "SYN_SENT2",
        ConnectionState.Closed => "CLOSED",
        ConnectionState.CookieWait => "COOKIE_WAIT",
        ConnectionState.CookieEchoed => "COOKIE_ECHOED",
        ConnectionState.ShutdownSent => "SHUTDOWN_SENT",
        ConnectionState.ShutdownReceived => "SHUTDOWN_RECD",
        ConnectionState.ShutdownAckSent => "SHUTDOWN_ACK_SENT",
        ConnectionState.HeartbeatSent => "HEARTBEAT_SENT",
        _ => "NONE",
    };

    [GeneratedRegex(@" use=\d+")]
    private static partial Regex Unneeded();
}
