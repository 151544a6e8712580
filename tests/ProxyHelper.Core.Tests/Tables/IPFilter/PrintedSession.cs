using System.Globalization;
using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.Tests.Tables.IPFilter;

/// <summary>
/// Represents a session of IPFilter and prints it as ipnat does. The class follows printactivenat of IPFilter 4 and 5,
/// not the reader.
/// </summary>
internal sealed record PrintedSession
{
    /// <summary>Gets the type, such as MAP.</summary>
    public required string Type { get; init; }

    /// <summary>Gets the words after the type: CLONE, ORPHAN, both or none.</summary>
    public string Marks { get; init; } = string.Empty;

    /// <summary>Gets the name of the protocol, or its number if it has no name.</summary>
    public required string ProtocolName { get; init; }

    public required IPProtocol Protocol { get; init; }

    public required TransportEndPoint OriginalSource { get; init; }

    public required TransportEndPoint OriginalDestination { get; init; }

    public required TransportEndPoint TranslatedSource { get; init; }

    public required TransportEndPoint TranslatedDestination { get; init; }

    /// <summary>Gets the half seconds until the session expires.</summary>
    public ulong Ticks { get; init; }

    /// <summary>Gets the packets and bytes that came in (0) and went out (1) through the interface.</summary>
    public ulong[] Packets { get; init; } = [0, 0];

    public ulong[] Bytes { get; init; } = [0, 0];

    /// <summary>Gets whether an application proxy has its lines below the session.</summary>
    public bool HasProxy { get; init; }

    public bool HasPorts => Protocol is IPProtocol.Tcp or IPProtocol.Udp;

    public bool IsRewrite => Type.StartsWith("RWR-", StringComparison.Ordinal);

    public bool IsIncoming => Type is "RDR" or "RWR-RDR";

    /// <summary>Prints the lines of the session.</summary>
    public string Print(IPFilterForm form)
    {
        var text = new StringBuilder(Type).Append(Marks).Append(' ');
        string inner = Padded(IsIncoming ? TranslatedDestination : OriginalSource);
        string outer = Padded(IsIncoming ? OriginalDestination : TranslatedSource);
        TransportEndPoint peer = IsIncoming ? OriginalSource : OriginalDestination;
        _ = IsRewrite
            ? text.Append(Padded(OriginalSource)).Append(' ').Append(Padded(OriginalDestination)).Append("<- -> ")
                .Append(Padded(TranslatedSource)).Append(' ').Append(Padded(TranslatedDestination))
            : text.Append(inner).Append(" <- -> ").Append(outer).Append(" [").Append(peer.Address)
                .Append(HasPorts ? $" {peer.Port}" : string.Empty).Append(']');
        text.Append(form.IsVersion5 ? $" {ProtocolName}\n" : "\n");
        return form.IsVerbose ? text.Append(Details(form)).ToString() : text.ToString();
    }

    private string Details(IPFilterForm form)
    {
        int number = (int)Protocol;
        string numbers = form.IsVersion5 ? $"{number}/{number} hash" : $"{number} bkt";
        string details = string.Create(
            CultureInfo.InvariantCulture,
            $"\tttl {Ticks} use 2 sumd 0x2a1c/0x1 pr {numbers} 512/1017 flags 1\n"
            + $"\tifp igb0,igb1 bytes {Bytes[0]}/{Bytes[1]} pkts {Packets[0]}/{Packets[1]} ipsumd 2a1c\n");
        return HasProxy
            ? details + "\tproxy ftp/6 use 1 flags 0\n\t\tproto 6 flags 0 bytes 1600 pkts 17 data YES size 656\n"
            : details;
    }

    // %-15s and %-5hu
    private string Padded(TransportEndPoint end) => HasPorts
        ? string.Create(CultureInfo.InvariantCulture, $"{end.Address,-15} {end.Port,-5}")
        : $"{end.Address,-15}";
}

/// <summary>Represents a version of ipnat and its option -v.</summary>
public sealed record IPFilterForm(bool IsVersion5, bool IsVerbose)
{
    /// <summary>Gets whether the form shows the protocol.</summary>
    public bool HasProtocol => IsVersion5 || IsVerbose;

    /// <summary>Prints a whole listing.</summary>
    internal string Print(IEnumerable<PrintedSession> sessions)
    {
        const string rules = """
            List of active MAP/Redirect filters:
            map igb0 10.1.1.0/24 -> 0/32 portmap tcp/udp auto
            rdr igb1 192.0.2.25/32 port 25 -> 198.51.100.9 port 9199 tcp

            List of active sessions:

            """;
        const string hosts = """

            List of active host mappings:
            10.1.1.1,198.51.100.9 -> 203.0.113.1,198.51.100.9 (use = 1 hv = 120)

            """;
        string text = rules + string.Concat(sessions.Select(session => session.Print(this)));
        return IsVerbose ? text + hosts : text;
    }
}
