using ProxyHelper.Simulation.Kernel;

namespace ProxyHelper.Simulation.Network;

/// <summary>Contains the addresses of the simulated network, and makes connections between them.</summary>
internal static class Places
{
    public const uint Router = 0xc2000101; // 194.0.1.1, this host
    public const uint SecondRouter = 0xc2000102; // 194.0.1.2, this host
    public const uint Loopback = 0x7f000001;
    public const uint Proxy = 0xc2001609; // 194.0.22.9, smtp-gated
    public const uint OtherProxy = 0xc200160a; // 194.0.22.10, smtp-gated
    public const uint Trusted = 0x0a090909; // 10.9.9.9, which may ask about every connection if the rules say so
    public const uint Server = 0x04010101; // 4.1.1.1, a mail server that users reach
    public const uint Stranger = 0xcb007105; // 203.0.113.5
    public const ushort ProxyPort = 9199;

    private const uint User = 0x0a010101; // 10.1.1.1, and the addresses after it

    /// <summary>Gets the addresses at which each host of a network receives datagrams.</summary>
    public static IReadOnlyList<uint> Broadcasts { get; } = [0xc20001ff, 0xffffffff, 0xe0000001];

    /// <summary>Gets the addresses of this host.</summary>
    public static IReadOnlyList<uint> Local { get; } = [Router, SecondRouter, Loopback];

    /// <summary>Gets an entry that no query is about.</summary>
    public static TableEntry AnyEntry { get; } = new(
        new(User, 1), new(Server, 25), new(Proxy, ProxyPort), new(Router, 1), Zone: 0);

    /// <summary>Returns a connection of a user, translated in one of the ways that routers know.</summary>
    public static TableEntry NewEntry(Chance chance)
    {
        var user = new Peer(User + (uint)chance.Below(4), Port(chance));
        var server = new Peer(Server + (uint)chance.Below(2), 25);
        var proxy = new Peer(chance.Of(Proxy, Proxy, OtherProxy), ProxyPort);
        var snat = new Peer(chance.Of(Router, Router, SecondRouter), Port(chance));
        if (chance.OnceIn(12))
        {
            // The proxy connects to an address that leads back to itself, so both directions have the same tuple.
            return new TableEntry(proxy, snat, proxy, snat, Zone: 0) { ReplyZone = 1 };
        }

        ushort zone = chance.OnceIn(8) ? (ushort)1 : (ushort)0;
        return chance.Below(8) switch
        {
            0 => new TableEntry(user, proxy, proxy, snat, zone), // the user connects to the proxy, SNAT only
            1 => new TableEntry(user, server, proxy, user, zone), // DNAT only
            2 => new TableEntry(user, new(Stranger, 25), new(Stranger, 25), snat, zone), // plain masquerading
            3 => new TableEntry(user, server, server, user, zone), // no NAT
            4 => new TableEntry(user, proxy with { Port = 25 }, proxy, snat, zone), // another port of the same host
            _ => new TableEntry(user, server, proxy, snat, zone), // SNAT and DNAT, as smtp-gated needs
        };
    }

    /// <summary>Adds and removes some entries.</summary>
    public static void ChangeTable(ScriptedTable table, Chance chance)
    {
        for (int left = chance.Between(1, 8); left > 0; left--)
        {
            if (table.Entries.Count > 0 && chance.OnceIn(2))
            {
                table.RemoveAt(chance.Below(table.Entries.Count));
            }
            else
            {
                table.Add(NewEntry(chance));
            }
        }
    }

    private static ushort Port(Chance chance) => (ushort)(20_000 + chance.Below(200));
}
