using ProxyHelper.Addresses;
using ProxyHelper.Conntrack.Wire;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>
/// Reads one line of "conntrack -o save", up to the first fault. The line has the options that make the entry again,
/// such as "-A -t 99 -u SEEN_REPLY -s 10.1.1.1 -d 4.1.1.1 -r 4.1.1.1 -n 194.0.1.1 -p tcp --sport 10943 --dport 25".
/// </summary>
internal ref struct SavedOptionsReader
{
    private readonly ReadOnlySpan<char> _line;
    private ConntrackEntryValues _values;
    private IPProtocol _protocol;
    private SavedTuple _original;
    private SavedTuple _reply;
    private bool _hasProtocol;
    private bool _hasTimeout;
    private bool _hasState;

    /// <summary>Initializes a reader of a line.</summary>
    public SavedOptionsReader(ReadOnlySpan<char> line)
    {
        _line = line;
    }

    /// <summary>
    /// Gets the change that the line reports. Null stands for an entry of a table, and for a new entry: the lines of
    /// both start with "-A".
    /// </summary>
    public ConntrackChangeKind? Change { get; private set; }

    /// <summary>Gets whether the line certainly has its end, because the state follows the ports.</summary>
    public readonly bool HasEnd => _hasState;

    /// <summary>Gets the first fault.</summary>
    public SavedLineFault Fault { get; private set; }

    /// <summary>Gets the faulty value. It is empty if a value is missing.</summary>
    public ReadOnlySpan<char> FaultWord { get; private set; }

    /// <summary>Gets whether the fault is in the reply direction.</summary>
    public bool IsReply { get; private set; }

    /// <summary>Reads the line.</summary>
    /// <param name="values">Receives the values of the entry. After a fault, the values are incomplete.</param>
    /// <returns>False if the line has a fault.</returns>
    public bool TryRead(out ConntrackEntryValues values)
    {
        var options = new OptionWords(_line);
        while (Fault == SavedLineFault.None && options.MoveNext())
        {
            if (options.IsBracketed) // [USERSPACE] and what follows it: the program that changed the entry
            {
                Change ??= ConntrackChangeKind.New;
                break;
            }

            IsReply = options.Name is "-r" or "-g" or "-q" or "-n" || options.Name.StartsWith("--reply");
            FaultWord = options.Value;
            Fault = ReadOption(options.Name, options.Value);
        }

        if (Fault == SavedLineFault.None)
        {
            FaultWord = default;
            Fault = Finish();
        }

        values = _values;
        return Fault == SavedLineFault.None;
    }

    private SavedLineFault ReadOption(ReadOnlySpan<char> name, ReadOnlySpan<char> value) => name switch
    {
        "-p" => ReadProtocol(value),
        "-s" => _original.Read("src", value),
        "-d" => _original.Read("dst", value),
        "-r" or "-g" => _reply.Read("src", value),
        "-q" or "-n" => _reply.Read("dst", value),
        "--sport" or "--srckey" => _original.Read("sport", value),
        "--dport" or "--dstkey" => _original.Read("dport", value),
        "--reply-port-src" or "--reply-key-src" => _reply.Read("sport", value),
        "--reply-port-dst" or "--reply-key-dst" => _reply.Read("dport", value),
        "--icmp-type" or "--icmpv6-type" => _original.Read("type", value),
        "--icmp-code" or "--icmpv6-code" => _original.Read("code", value),
        "--icmp-id" or "--icmpv6-id" => _original.Read("id", value),
        "-w" => SavedValues.Read("zone", value, isReply: false, ref _values),
        "--orig-zone" or "--reply-zone" => SavedValues.Read(name[2..], value, isReply: false, ref _values),
        "-m" => SavedValues.Read("mark", value, isReply: false, ref _values),
        _ => ReadOther(name, value),
    };

    private SavedLineFault ReadProtocol(ReadOnlySpan<char> value)
    {
        SavedLineFault fault = _hasProtocol ? SavedLineFault.Repeated
            : ProtocolName.TryRead(value, out _protocol) ? SavedLineFault.None
            : SavedLineFault.Protocol;
        _hasProtocol = true;
        _original.Protocol = _reply.Protocol = _protocol;
        return fault;
    }

    private SavedLineFault ReadOther(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case "-U":
                Change = ConntrackChangeKind.Updated;
                break;
            case "-D":
                Change = ConntrackChangeKind.Destroyed;
                break;
            case "-t":
                _hasTimeout = true;
                _values.Timeout = NumberText.TryRead(value, out uint seconds) ? TimeSpan.FromSeconds(seconds) : null;
                break;
            case "-u":
                ReadStatus(value);
                break;
            case "--state":
                _hasState = true;
                _values.State = KernelStates.ForProtocol(_protocol)?.FromName(value);
                break;
        }

        return SavedLineFault.None;
    }

    private void ReadStatus(ReadOnlySpan<char> names)
    {
        foreach (Range range in names.Split(','))
        {
            _values.Status |= names[range] switch
            {
                "SEEN_REPLY" => ConntrackStatus.SeenReply,
                "ASSURED" => ConntrackStatus.Assured,
                "EXPECTED" => ConntrackStatus.Expected,
                "FIXED_TIMEOUT" => ConntrackStatus.FixedTimeout,
                "OFFLOAD" => ConntrackStatus.Offload,
                "HW_OFFLOAD" => ConntrackStatus.Offload | ConntrackStatus.HardwareOffload,
                _ => ConntrackStatus.None,
            };
        }
    }

    private SavedLineFault Finish()
    {
        IsReply = false;
        SavedLineFault fault =
            _hasProtocol ? _original.MakeTuple(out _values.Original) : SavedLineFault.NoProtocol;
        if (fault != SavedLineFault.None)
        {
            return fault;
        }

        IsReply = true;
        fault = _reply.MakeTuple(out _values.Reply);
        if (fault != SavedLineFault.None)
        {
            return fault;
        }

        if (_values.Original.AddressFamily != _values.Reply.AddressFamily)
        {
            return SavedLineFault.MixedFamilies;
        }

        // The state is the last option of an entry with a timeout. Without it, the ports before it may be cut.
        bool isCut = _protocol is IPProtocol.Tcp or IPProtocol.Sctp && _hasTimeout && !_hasState && Change is null;
        if (isCut)
        {
            return SavedLineFault.Cut;
        }

        if (_values.Original.Icmp is { } message)
        {
            _values.Reply = IcmpReply(message);
            return SavedLineFault.None;
        }

        return _original.HasPorts == _reply.HasPorts ? SavedLineFault.None : SavedLineFault.NoPorts;
    }

    // The line has the identifier of the original direction only. If the address of the sender is translated, the
    // identifier may be, too.
    private readonly ConntrackTuple IcmpReply(IcmpMessage message)
    {
        ConntrackTuple original = _values.Original, reply = _values.Reply;
        (TransportEndPoint sender, TransportEndPoint translated) = message.IsRequest
                ? (original.Source, reply.Destination)
                : (original.Destination, reply.Source);
        ushort identifier = sender.WithPort(0) == translated ? original.IcmpIdentifier : (ushort)0;
        return ConntrackTuple.FromIcmp(_protocol, reply.Source, reply.Destination, message.Inverse, identifier);
    }
}
