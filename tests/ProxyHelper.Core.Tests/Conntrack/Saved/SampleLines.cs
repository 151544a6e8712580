
namespace ProxyHelper.Tests.Conntrack.Saved;

/// <summary>
/// Lines that the conntrack tool 1.4.7 and Linux 6.18 wrote. Some numbers were changed so that no two fields are the
/// same. The lines of flow tables and of an old kernel are not from a real system: they follow ct_seq_show in the
/// kernel's nf_conntrack_standalone.c. <see cref="SavedTableTests"/> reads whole tables from the real tool and the real
/// kernel.
/// </summary>
internal static class SampleLines
{
    public const string Mail =
        "ipv4     2 tcp      6 999 ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25 packets=3 "
        + "bytes=180 src=194.0.22.9 dst=194.0.1.1 sport=9199 dport=20119 packets=2 bytes=120 [ASSURED] mark=42 "
        + "delta-time=0 [start=Wed Nov 25 16:43:47 2026] use=1 id=1670499973";

    public const string Plain =
        "udp      17 999 src=10.1.1.4 dst=4.1.1.1 sport=10943 dport=25 [UNREPLIED] src=4.1.1.1 dst=10.1.1.4 "
        + "sport=25 dport=10943 zone-reply=8 mark=0 use=1";

    public const string Zone =
        "udp      17 999 src=10.1.1.3 dst=4.1.1.1 sport=10943 dport=25 zone-orig=7 packets=0 bytes=0 "
        + "[UNREPLIED] src=4.1.1.1 dst=10.1.1.3 sport=25 dport=10943 packets=0 bytes=0 mark=0 delta-time=0 "
        + "use=1";

    public const string Echo =
        "icmp     1 999 src=10.1.1.5 dst=4.1.1.1 type=8 code=0 id=77 packets=0 bytes=0 [UNREPLIED] "
        + "src=4.1.1.1 dst=194.0.1.1 type=0 code=0 id=50000 packets=0 bytes=0 mark=0 delta-time=0 use=1 "
        + "id=1215221032";

    public const string EchoInProc =
        "ipv6     10 icmpv6   58 999 src=2001:0db8:0000:0000:0000:0000:0000:0001 "
        + "dst=2001:0db8:0000:0000:0000:0000:0000:0002 type=128 code=0 id=78 packets=0 bytes=0 [UNREPLIED] "
        + "src=2001:0db8:0000:0000:0000:0000:0000:0002 dst=2001:0db8:0000:0000:0000:0000:0000:0001 type=129 "
        + "code=0 id=78 packets=0 bytes=0 mark=0 zone=0 delta-time=0 use=2";

    public const string GreInProc =
        "ipv4     2 gre      47 999 timeout=0, stream_timeout=0 src=10.1.1.6 dst=4.1.1.1 srckey=0x123 "
        + "dstkey=0x456 packets=0 bytes=0 [UNREPLIED] src=4.1.1.1 dst=10.1.1.6 srckey=0x456 dstkey=0x123 "
        + "packets=0 bytes=0 mark=0 zone=0 delta-time=0 use=2";

    public const string Sctp =
        "sctp     132 999 COOKIE_ECHOED src=10.1.1.7 dst=4.1.1.1 sport=1 dport=2 [UNREPLIED] src=4.1.1.1 "
        + "dst=10.1.1.7 sport=2 dport=1 mark=0 use=1";

    public const string Unknown =
        "unknown  50 999 src=10.1.1.8 dst=4.1.1.1 [UNREPLIED] src=4.1.1.1 dst=10.1.1.8 mark=0 use=1 "
        + "id=210184453";

    public const string DccpInProc =
        "ipv4     2 unknown  33 999 src=10.1.1.8 dst=4.1.1.1 packets=0 bytes=0 [UNREPLIED] src=4.1.1.1 "
        + "dst=10.1.1.8 packets=0 bytes=0 mark=0 zone=0 delta-time=0 use=2";

    public const string Event =
        "[1795626295.652019]\t    [NEW] ipv4     2 tcp      6 1000 SYN_SENT src=10.1.1.3 dst=4.1.1.1 "
        + "sport=10943 dport=25 [UNREPLIED] src=4.1.1.1 dst=10.1.1.3 sport=25 dport=10943 mark=0 id=4027790978 "
        + "[USERSPACE] portid=26791 progname=conntrack";

    public const string Offloaded =
        "ipv4     2 tcp      6 src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25 src=4.1.1.1 dst=194.0.1.1 "
        + "sport=25 dport=10943 [OFFLOAD] mark=0 secctx=system_u:object_r:unlabeled_t:s0 zone=3 use=3";

    public const string OffloadedToCard =
        "udp      17 src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=53 src=4.1.1.1 dst=194.0.1.1 sport=53 "
        + "dport=10943 [HW_OFFLOAD] mark=0 use=3";

    public const string Old =
        "tcp      6 431999 ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=10943 dport=25 packets=3 bytes=180 "
        + "src=4.1.1.1 dst=10.1.1.1 sport=25 dport=10943 packets=2 bytes=120 [ASSURED] use=1 ";

    /// <summary>Gets all lines.</summary>
    public static string[] All { get; } =
    [
        Mail, Plain, Zone, Echo, EchoInProc, GreInProc, Sctp, Unknown, DccpInProc, Event, Offloaded, OffloadedToCard,
        Old,
    ];
}
