using System.Buffers;
using ProxyHelper.Addresses;

namespace ProxyHelper.Tables.Pf;

/// <summary>
/// Reads the first line of a state, up to the first fault: the interface, the protocol, the hosts and the words of the
/// state. The new form has two hosts, each with a host in brackets if pf translates it. The old form has three hosts if
/// pf translates one of them, and no brackets.
/// </summary>
internal ref struct PfStateLine
{
    private static readonly SearchValues<char> _nameLetters = SearchValues.Create(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._-");

    // Of the names in /etc/protocols, such as "ax.25" and "rsvp-e2e-ignore".
    private static readonly SearchValues<char> _protocolLetters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789.+/-");

    /// <summary>The hosts.</summary>
    public PfHosts Hosts;

    private PfWords _words;

    /// <summary>Starts before the first word.</summary>
    public PfStateLine(ReadOnlySpan<char> line)
    {
        _words = new PfWords(line);
    }

    /// <summary>Gets the interface of the state: "all" for a floating state.</summary>
    public ReadOnlySpan<char> Interface { get; private set; }

    /// <summary>Gets the protocol as the line names it.</summary>
    public ReadOnlySpan<char> ProtocolName { get; private set; }

    /// <summary>Gets the protocol, or null for an unknown name.</summary>
    public IPProtocol? Protocol { get; private set; }

    /// <summary>Gets the address of the next router, or nothing.</summary>
    public ReadOnlySpan<char> Gateway { get; private set; }

    /// <summary>Gets the words of both ends' states. The left word belongs to the left host.</summary>
    public ReadOnlySpan<char> State { get; private set; }

    /// <summary>Gets the faulty word, or nothing if a word is missing.</summary>
    public ReadOnlySpan<char> FaultWord { get; private set; }

    /// <summary>Reads the line.</summary>
    /// <returns>The first fault.</returns>
    public PfFault Read()
    {
        PfFault fault = ReadHead();
        fault = fault != PfFault.None ? fault : ReadPair(ref Hosts.Left, ref Hosts.LeftInside, out Hosts.HasLeftInside);
        fault = fault != PfFault.None ? fault : ReadArrow(out Hosts.IsForward);
        fault = fault != PfFault.None ? fault
            : ReadPair(ref Hosts.Right, ref Hosts.RightInside, out Hosts.HasRightInside);
        fault = fault != PfFault.None ? fault : ReadLast();
        return fault != PfFault.None ? fault : ReadState();
    }

    private PfFault ReadHead()
    {
        Interface = _words.Take();
        if (Interface.IsEmpty || !char.IsAsciiLetter(Interface[0]) || Interface.ContainsAnyExcept(_nameLetters))
        {
            return Fail(PfFault.Interface, Interface);
        }

        ProtocolName = _words.Take();
        Protocol = ProtocolText.TryRead(ProtocolName, out IPProtocol protocol) ? protocol : null;
        if (Protocol is null && !IsProtocolName(ProtocolName))
        {
            return Fail(PfFault.Protocol, ProtocolName);
        }

        _ = protocol == IPProtocol.Gre && _words.TryTake("pptp"); // macOS marks GRE that carries PPTP.
        return PfFault.None;
    }

    private static bool IsProtocolName(ReadOnlySpan<char> name) =>
        name.ContainsAnyInRange('a', 'z') && !name.ContainsAnyExcept(_protocolLetters);

    private PfFault ReadPair(ref PfHost host, ref PfHost inside, out bool hasInside)
    {
        hasInside = false;
        PfFault fault = ReadHost(ref host, isInside: false);
        if (fault == PfFault.None && _words.TryTakeStart("("))
        {
            hasInside = true;
            fault = _words.Rest.Contains(')')
                ? ReadHost(ref inside, isInside: true)
                : Fail(PfFault.Bracket, _words.Rest);
        }

        return fault == PfFault.None && _words.TryTakeStart("{") ? ReadGateway() : fault;
    }

    private PfFault ReadHost(ref PfHost host, bool isInside)
    {
        if (_words.TryTakeStart("("))
        {
            ReadOnlySpan<char> domain = _words.TakeTo(')');
            if (!NumberText.TryRead(domain, out ushort number))
            {
                return Fail(PfFault.Bracket, domain);
            }

            host.RoutingDomain = number;
        }

        ReadOnlySpan<char> text = isInside ? _words.TakeTo(')') : _words.Take();
        return host.TryRead(text, Protocol) ? PfFault.None : Fail(PfFault.Host, text);
    }

    private PfFault ReadGateway()
    {
        bool isClosed = _words.Rest.Contains('}');
        Gateway = _words.TakeTo('}');
        return isClosed && default(PfHost).TryRead(Gateway, Protocol) ? PfFault.None : Fail(PfFault.Gateway, Gateway);
    }

    private PfFault ReadArrow(out bool isForward)
    {
        isForward = _words.TryTake("->");
        return isForward || _words.TryTake("<-") ? PfFault.None : Fail(PfFault.Arrow, _words.Take());
    }

    // A second arrow is in the old form only, and points in the direction of the first one.
    private PfFault ReadLast()
    {
        if (!_words.Rest.StartsWith("->", StringComparison.Ordinal)
            && !_words.Rest.StartsWith("<-", StringComparison.Ordinal))
        {
            return PfFault.None;
        }

        Hosts.HasLast = true;
        PfFault fault = ReadArrow(out bool isForward);
        if (fault == PfFault.None && isForward != Hosts.IsForward)
        {
            return Fail(PfFault.MixedArrows, default);
        }

        return fault == PfFault.None ? ReadHost(ref Hosts.Last, isInside: false) : fault;
    }

    private PfFault ReadState()
    {
        State = _words.Rest;
        return State.IsEmpty ? PfFault.NoState
            : PfStateWords.AreValid(State, Protocol) ? PfFault.None
            : Fail(PfFault.State, State);
    }

    private PfFault Fail(PfFault fault, ReadOnlySpan<char> word)
    {
        FaultWord = word;
        return fault;
    }
}
