using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack.Wire;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>The start of a saved line, which has no names: "ipv4 2 tcp 6 431999 ESTABLISHED". It leaves the walk at the word behind it.</summary>
internal ref struct SavedLineHead
{
    /// <summary>The family that the line says; null where it leaves that to its addresses.</summary>
    public AddressFamily? Family { get; private set; }

    /// <summary>The protocol.</summary>
    public IPProtocol Protocol { get; private set; }

    /// <summary>Reads it; at a fault the walk stays where that is.</summary>
    public SavedLineFault Read(ref LineWords words, ConntrackEntry entry)
    {
        while (words.MoveNext() && words.IsClosed)
        {
            // An event starts with its time and its kind.
        }

        SavedLineFault fault = ReadFamily(ref words);
        fault = fault == SavedLineFault.None ? ReadProtocol(ref words) : fault;
        fault = fault == SavedLineFault.None ? ReadTimeout(ref words, entry) : fault;
        return fault == SavedLineFault.None ? ReadState(ref words, entry) : fault;
    }

    private SavedLineFault ReadFamily(ref LineWords words)
    {
        Family = words.Current switch
        {
            "ipv4" => AddressFamily.InterNetwork,
            "ipv6" => AddressFamily.InterNetworkV6,
            _ => null,
        };
        if (Family is null)
        {
            return SavedLineFault.None;
        }

        string number = Family == AddressFamily.InterNetwork ? "2" : "10"; // AF_INET and AF_INET6 as Linux has them, wherever this runs
        if (!words.MoveNext() || !words.Current.SequenceEqual(number))
        {
            return SavedLineFault.Family;
        }

        words.MoveNext();
        return SavedLineFault.None;
    }

    /// <summary>The name is one of many, or "unknown": the number says which it is.</summary>
    private SavedLineFault ReadProtocol(ref LineWords words)
    {
        if (!StartsWithLetter(words) || !words.MoveNext() || !words.IsBare)
        {
            return SavedLineFault.NoProtocol;
        }

        if (!NumberText.TryRead(words.Current, out byte number) || number == 0)
        {
            return SavedLineFault.Protocol;
        }

        Protocol = (IPProtocol)number;
        words.MoveNext();
        return SavedLineFault.None;
    }

    /// <summary>A connection that a flow table handles has none, and one that ended neither.</summary>
    private static SavedLineFault ReadTimeout(ref LineWords words, ConntrackEntry entry)
    {
        if (!words.IsBare || StartsWithLetter(words))
        {
            return SavedLineFault.None;
        }

        if (!NumberText.TryRead(words.Current, out uint seconds))
        {
            return SavedLineFault.Timeout;
        }

        entry.Timeout = TimeSpan.FromSeconds(seconds);
        words.MoveNext();
        return SavedLineFault.None;
    }

    private readonly SavedLineFault ReadState(ref LineWords words, ConntrackEntry entry)
    {
        if (!words.IsBare)
        {
            return SavedLineFault.None;
        }

        entry.State = KernelStates.Of(Protocol)?.Named(words.Current);
        if (entry.State is null)
        {
            return SavedLineFault.State;
        }

        words.MoveNext();
        return SavedLineFault.None;
    }

    private static bool StartsWithLetter(in LineWords words) => words.IsBare && char.IsAsciiLetter(words.Current[0]);
}
