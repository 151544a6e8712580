using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>
/// The connection states of one protocol. Netlink has the kernel's numbers; /proc/net/nf_conntrack and the conntrack
/// tool have the kernel's names.
/// </summary>
internal sealed class KernelStates
{
    private readonly (string Name, ConnectionState State)[] _states;

    private KernelStates(params (string Name, ConnectionState State)[] states)
    {
        _states = states;
    }

    /// <summary>Gets the states of TCP: enum tcp_conntrack (linux/netfilter/nf_conntrack_tcp.h).</summary>
    public static KernelStates Tcp { get; } = new(
        ("NONE", ConnectionState.None),
        ("SYN_SENT", ConnectionState.SynSent),
        ("SYN_RECV", ConnectionState.SynReceived),
        ("ESTABLISHED", ConnectionState.Established),
        ("FIN_WAIT", ConnectionState.FinWait),
        ("CLOSE_WAIT", ConnectionState.CloseWait),
        ("LAST_ACK", ConnectionState.LastAck),
        ("TIME_WAIT", ConnectionState.TimeWait),
        ("CLOSE", ConnectionState.Close),
        ("SYN_SENT2", ConnectionState.SynSent2));

    /// <summary>Gets the states of SCTP: enum sctp_conntrack (linux/netfilter/nf_conntrack_sctp.h).</summary>
    public static KernelStates Sctp { get; } = new(
        ("NONE", ConnectionState.None),
        ("CLOSED", ConnectionState.Closed),
        ("COOKIE_WAIT", ConnectionState.CookieWait),
        ("COOKIE_ECHOED", ConnectionState.CookieEchoed),
        ("ESTABLISHED", ConnectionState.Established),
        ("SHUTDOWN_SENT", ConnectionState.ShutdownSent),
        ("SHUTDOWN_RECD", ConnectionState.ShutdownReceived),
        ("SHUTDOWN_ACK_SENT", ConnectionState.ShutdownAckSent),
        ("HEARTBEAT_SENT", ConnectionState.HeartbeatSent),
        ("HEARTBEAT_ACKED", ConnectionState.HeartbeatAcknowledged));

    /// <summary>
    /// Gets the states of DCCP: enum ct_dccp_states (linux/netfilter/nf_conntrack_dccp.h). Newer kernels do not track
    /// DCCP.
    /// </summary>
    public static KernelStates Dccp { get; } = new(
        ("NONE", ConnectionState.None),
        ("REQUEST", ConnectionState.Request),
        ("RESPOND", ConnectionState.Respond),
        ("PARTOPEN", ConnectionState.PartOpen),
        ("OPEN", ConnectionState.Open),
        ("CLOSEREQ", ConnectionState.CloseRequested),
        ("CLOSING", ConnectionState.Closing),
        ("TIMEWAIT", ConnectionState.TimeWait));

    /// <summary>Returns the states of a protocol, or null if the protocol has no states.</summary>
    public static KernelStates? ForProtocol(IPProtocol protocol) => protocol switch
    {
        IPProtocol.Tcp => Tcp,
        IPProtocol.Sctp => Sctp,
        IPProtocol.Dccp => Dccp,
        _ => null,
    };

    /// <summary>Returns the state with this number, or null if the number is unknown.</summary>
    public ConnectionState? FromNumber(byte number) => number < _states.Length ? _states[number].State : null;

    /// <summary>Returns the state with this name, or null if the name is unknown.</summary>
    public ConnectionState? FromName(ReadOnlySpan<char> name)
    {
        int number = NumberOf(name);
        return number < 0 ? null : _states[number].State;
    }

    /// <summary>
    /// Returns the state whose number TCP has for this name, or else the state with this name. The XML of the conntrack
    /// tool takes the names of all protocols' states from TCP.
    /// </summary>
    public ConnectionState? FromNameOfTcp(ReadOnlySpan<char> name)
    {
        int number = Tcp.NumberOf(name);
        return number >= 0 ? FromNumber((byte)number) : FromName(name);
    }

    private int NumberOf(ReadOnlySpan<char> name)
    {
        for (int number = 0; number < _states.Length; number++)
        {
            if (name.SequenceEqual(_states[number].Name))
            {
                return number;
            }
        }

        return -1;
    }
}
