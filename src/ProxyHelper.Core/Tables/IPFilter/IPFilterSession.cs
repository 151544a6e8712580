using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack.Saved;
using ProxyHelper.Mappings;
using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables.IPFilter;

/// <summary>
/// Reads the line of a session. Most sessions have an inner end, an outer end, and the peer in brackets. Sessions of
/// rewriting rules have both ends before, and both ends after translation. The protocol at the end can be missing.
/// </summary>
internal ref struct IPFilterSession
{
    /// <summary>The text between the ends. It can follow the end before it without a blank.</summary>
    public const string Arrow = "<- ->";

    private bool? _hasPorts;

    /// <summary>Gets the type.</summary>
    public IPFilterType? Type { get; private set; }

    /// <summary>Gets whether the session is a template for connections to come.</summary>
    public bool IsClone { get; private set; }

    /// <summary>Gets whether the session is in none of the router's tables any more.</summary>
    public bool IsOrphan { get; private set; }

    /// <summary>Gets the protocol and the ends.</summary>
    public MappingEnds Ends { get; private set; }

    /// <summary>Gets whether the ends have ports.</summary>
    public readonly bool HasPorts => _hasPorts == true;

    /// <summary>Gets the reason why the line is not a session of a connection.</summary>
    public string? Fault { get; private set; }

    /// <summary>Gets whether the faulty line is a session that translates no connection.</summary>
    public bool IsOther { get; private set; }

    /// <summary>Returns whether sessions of a protocol have ports.</summary>
    public static bool NeedsPorts(IPProtocol protocol) => protocol is IPProtocol.Tcp or IPProtocol.Udp;

    /// <summary>Reads the line.</summary>
    /// <returns>False if the line is not a session of a connection.</returns>
    public bool TryRead(ReadOnlySpan<char> line)
    {
        int arrow = line.IndexOf(Arrow, StringComparison.Ordinal);
        var left = new LineWords(arrow < 0 ? line : line[..arrow]);
        var right = new LineWords(arrow < 0 ? default : line[(arrow + Arrow.Length)..]);
        left.MoveNext();
        right.MoveNext();
        return (arrow >= 0 || Fail("not a session"))
            && TryReadType(ref left)
            && (Type!.IsRewrite ? TryReadRewrite(ref left, ref right) : TryReadTranslation(ref left, ref right))
            && TryReadProtocol(ref right)
            && TryFinish();
    }

    private bool TryReadType(ref LineWords words)
    {
        Type = IPFilterType.Find(words.Current);
        if (Type is null)
        {
            IsOther = IPFilterType.IsOther(words.Current);
            return Fail(
                IsOther ? "a session that does not translate a connection" : "not a type of sessions", words.Current);
        }

        words.MoveNext();
        IsClone = TryTake(ref words, "CLONE");
        IsOrphan = TryTake(ref words, "ORPHAN");
        return true;
    }

    private bool TryReadTranslation(ref LineWords left, ref LineWords right)
    {
        if (!TryReadEnd(ref left, out TransportEndPoint inner) || !TryEnd(left)
            || !TryReadEnd(ref right, out TransportEndPoint outer))
        {
            return false;
        }

        if (!right.IsBracketed)
        {
            return Fail("no peer in brackets");
        }

        var brackets = new LineWords(right.Current[1..^1]);
        brackets.MoveNext();
        right.MoveNext();
        bool isRead = TryReadEnd(ref brackets, out TransportEndPoint peer) && TryEnd(brackets);
        Ends = Type!.IsIncoming
            ? new MappingEnds(null, peer, outer, peer, inner)
            : new MappingEnds(null, inner, peer, outer, peer);
        return isRead;
    }

    private bool TryReadRewrite(ref LineWords left, ref LineWords right)
    {
        bool isRead = TryReadEnd(ref left, out TransportEndPoint originalSource);
        isRead &= TryReadEnd(ref left, out TransportEndPoint originalDestination) && TryEnd(left);
        isRead &= TryReadEnd(ref right, out TransportEndPoint translatedSource);
        isRead &= TryReadEnd(ref right, out TransportEndPoint translatedDestination);
        Ends = new MappingEnds(null, originalSource, originalDestination, translatedSource, translatedDestination);
        return isRead;
    }

    private bool TryReadProtocol(ref LineWords words)
    {
        if (words.Current.IsEmpty)
        {
            // Each version of IPFilter that has these sessions writes the protocol, which shows that the port is whole.
            return !Type!.IsRewrite || Fail("no protocol after the ends");
        }

        if (!ProtocolText.TryRead(words.Current, out IPProtocol protocol))
        {
            return Fail("not a protocol", words.Current);
        }

        words.MoveNext();
        Ends = Ends with { Protocol = protocol };
        return TryEnd(words);
    }

    // A template, such as that of the FTP proxy, has an address of zeros or the port 0.
    private bool TryFinish()
    {
        if (IsOpen(Ends.OriginalSource!.Value) || IsOpen(Ends.OriginalDestination!.Value)
            || IsOpen(Ends.TranslatedSource!.Value) || IsOpen(Ends.TranslatedDestination!.Value))
        {
            IsOther = true;
            return Fail("a template for connections to come, not a connection");
        }

        if (Ends.Protocol is { } protocol && NeedsPorts(protocol) && !HasPorts)
        {
            return Fail("no ports");
        }

        bool hasOneFamily = Ends.OriginalSource!.Value.AddressFamily == Ends.OriginalDestination!.Value.AddressFamily
            && Ends.TranslatedSource!.Value.AddressFamily == Ends.TranslatedDestination!.Value.AddressFamily;
        return hasOneFamily || Fail("addresses of IPv4 and of IPv6");
    }

    private readonly bool IsOpen(TransportEndPoint end) =>
        end.WithPort(0) == default || end.IPAddress.Equals(IPAddress.IPv6Any) || (HasPorts && end.Port == 0);

    private bool TryReadEnd(ref LineWords words, out TransportEndPoint end)
    {
        end = default;
        if (words.Current.IsEmpty)
        {
            return Fail("an end is missing");
        }

        if (!TableAddress.TryRead(words.Current, out TransportEndPoint address))
        {
            return Fail("not an address", words.Current);
        }

        words.MoveNext();
        _hasPorts ??= NumberText.TryRead(words.Current, out uint _);
        ushort port = 0;
        if (HasPorts && !TableAddress.TryReadPort(words.Current, out port))
        {
            return Fail("not a port", words.Current);
        }

        if (HasPorts)
        {
            words.MoveNext();
        }

        end = address.WithPort(port);
        return true;
    }

    private static bool TryTake(ref LineWords words, ReadOnlySpan<char> word)
    {
        bool isWord = words.Current.SequenceEqual(word);
        if (isWord)
        {
            words.MoveNext();
        }

        return isWord;
    }

    private bool TryEnd(in LineWords words) => words.Current.IsEmpty || Fail("unexpected text", words.Current);

    private bool Fail(string reason, ReadOnlySpan<char> word = default)
    {
        Fault ??= word.IsEmpty ? reason : $"{reason}: {FaultWord.Show(word)}";
        return false;
    }
}
