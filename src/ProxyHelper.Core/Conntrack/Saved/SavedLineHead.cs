using System.Net.Sockets;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack.Wire;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>
/// Reads the start of a saved line, whose values have no names: "ipv4 2 tcp 6 431999 ESTABLISHED". The words then stand
/// at the first word after the start.
/// </summary>
internal ref struct SavedLineHead
{
    /// <summary>Gets the change that the line reports, or null if the line is not an event.</summary>
    public ConntrackChangeKind? Change { get; private set; }

    /// <summary>Gets the time of the event, or null if the line has none.</summary>
    public DateTimeOffset? At { get; private set; }

    /// <summary>Gets the address family, or null if the line does not name it.</summary>
    public AddressFamily? Family { get; private set; }

    /// <summary>Gets the protocol.</summary>
    public IPProtocol Protocol { get; private set; }

    /// <summary>Reads the start of the line. After a fault, the words stand at the fault.</summary>
    public SavedLineFault Read(ref LineWords words, ref ConntrackEntryValues values)
    {
        // The line of an event begins with its time and its kind, both in brackets.
        while (words.MoveNext() && words.IsBracketed)
        {
            ReadEvent(words.Current);
        }

        SavedLineFault fault = ReadFamily(ref words);
        fault = fault == SavedLineFault.None ? ReadProtocol(ref words) : fault;
        if (fault == SavedLineFault.None)
        {
            ReadTimeout(ref words, ref values.Timeout);
            ReadState(ref words, ref values.State);
        }

        return fault;
    }

    private void ReadEvent(ReadOnlySpan<char> mark)
    {
        switch (mark)
        {
            case "[NEW]":
                Change = ConntrackChangeKind.New;
                break;
            case "[UPDATE]":
                Change = ConntrackChangeKind.Updated;
                break;
            case "[DESTROY]":
                Change = ConntrackChangeKind.Destroyed;
                break;
            case [_, >= '0' and <= '9', ..]:
                At = UnixTimeText.Read(mark[1..^1].TrimEnd());
                break;
        }
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

        // The numbers are AF_INET and AF_INET6 of Linux, on any system.
        string number = Family == AddressFamily.InterNetwork ? "2" : "10";
        if (!words.MoveNext() || !words.Current.SequenceEqual(number))
        {
            return SavedLineFault.Family;
        }

        words.MoveNext();
        return SavedLineFault.None;
    }

    // The name can be "unknown", so the number identifies the protocol.
    private SavedLineFault ReadProtocol(ref LineWords words)
    {
        if (!StartsWithLetter(words) || !words.MoveNext() || !words.IsBare)
        {
            return SavedLineFault.NoProtocol;
        }

        if (!NumberText.TryRead(words.Current, out byte number))
        {
            return SavedLineFault.Protocol;
        }

        Protocol = (IPProtocol)number;
        words.MoveNext();
        return SavedLineFault.None;
    }

    // An entry has no timeout if a flow table handles the connection, or if the entry is gone.
    private static void ReadTimeout(ref LineWords words, ref TimeSpan? timeout)
    {
        if (words.IsBare && !StartsWithLetter(words))
        {
            timeout = NumberText.TryRead(words.Current, out uint seconds) ? TimeSpan.FromSeconds(seconds) : null;
            words.MoveNext();
        }
    }

    private readonly void ReadState(ref LineWords words, ref ConnectionState? state)
    {
        if (words.IsBare)
        {
            state = KernelStates.ForProtocol(Protocol)?.FromName(words.Current);
            words.MoveNext();
        }
    }

    private static bool StartsWithLetter(in LineWords words) => words.IsBare && char.IsAsciiLetter(words.Current[0]);
}
