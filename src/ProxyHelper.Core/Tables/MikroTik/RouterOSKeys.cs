namespace ProxyHelper.Tables.MikroTik;

/// <summary>
/// Lists the properties of /ip firewall connection and /ipv6 firewall connection. A value goes on to the next of these
/// names, because the mark of a connection can contain blanks and equal signs.
/// </summary>
internal static class RouterOSKeys
{
    /// <summary>The error number of REST, its message and its explanation.</summary>
    public const int Error = 0, ErrorMessage = 1, ErrorDetail = 2;

    /// <summary>The id of an entry.</summary>
    public const int Id = 3;

    /// <summary>The protocol.</summary>
    public const int Protocol = 4;

    /// <summary>The ends. The key of a port is the key of its address plus 1.</summary>
    public const int Source = 5, Destination = 7, ReplySource = 9, ReplyDestination = 11;

    /// <summary>The identifier of ICMP.</summary>
    public const int IcmpId = 13;

    /// <summary>The TCP state.</summary>
    public const int State = 14;

    /// <summary>The time after which the entry expires.</summary>
    public const int Timeout = 15;

    /// <summary>The counters.</summary>
    public const int OriginalPackets = 16, OriginalBytes = 17, ReplyPackets = 18, ReplyBytes = 19;

    /// <summary>The first key whose value is only shown.</summary>
    public const int FirstDetail = 20;

    /// <summary>The letters in front of the first property.</summary>
    public const string Flags = "flags";

    /// <summary>The text after ";;;".</summary>
    public const string Comment = "comment";

    private const int FirstFreeText = 21, LastFreeText = 23;

    // The identifier of ICMP follows these values.
    private const int IcmpType = 24, IcmpCode = 25;

    /// <summary>Gets the names. The place of a name is its key.</summary>
    public static string[] Names { get; } =
    [
        "error", "message", "detail", ".id", "protocol", "src-address", "src-port", "dst-address", "dst-port",
        "reply-src-address", "reply-src-port", "reply-dst-address", "reply-dst-port", "icmp-id", "tcp-state", "timeout",
        "orig-packets", "orig-bytes", "repl-packets", "repl-bytes",
        Flags, Comment, "connection-mark", "connection-type",
        "icmp-type", "icmp-code", "gre-key", "gre-protocol", "gre-version", "p2p",
        "orig-fasttrack-packets", "orig-fasttrack-bytes", "repl-fasttrack-packets", "repl-fasttrack-bytes",
        "orig-rate", "repl-rate", "expected", "seen-reply", "assured", "confirmed", "dying", "fasttrack", "hw-offload",
        "srcnat", "dstnat", "uses-helper", "packet-mark", "routing-mark", "routing-table", "vrf",
    ];

    /// <summary>Returns whether the value of a key can be any text.</summary>
    public static bool IsFreeText(int key) => key is >= FirstFreeText and <= LastFreeText;

    /// <summary>Returns whether a key is an end of the connection or a part of an end.</summary>
    public static bool IsEnd(int key) => key is (>= Protocol and <= IcmpId) or IcmpType or IcmpCode;
}
