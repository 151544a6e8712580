using System.Buffers.Binary;
using ProxyHelper.Simulation.Kernel;

namespace ProxyHelper.Simulation.Network;

/// <summary>Makes the datagrams that arrive at a simulated helper.</summary>
/// <param name="world">The world.</param>
/// <param name="table">The table whose connections most queries are about.</param>
/// <param name="isBoundToAll">Whether the helper receives datagrams to all addresses of its host.</param>
/// <param name="readSecret">Reads the secret of the rules in force.</param>
internal sealed class DatagramSource(World world, ScriptedTable table, bool isBoundToAll, Func<uint> readSecret)
{
    private Datagram? _newest;
    private ushort _nextPort = 1024;

    /// <summary>Returns a new datagram, or now and then the newest one, which smtp-gated sends again.</summary>
    public Datagram NextOrAgain() =>
        _newest = _newest is not null && world.Chance.OnceIn(10) ? _newest.SentAgain() : Next();

    /// <summary>Makes a datagram: a query about an entry or about nothing. Most of them are answered.</summary>
    public Datagram Next()
    {
        Chance chance = world.Chance;
        List<TableEntry> entries = table.Entries;
        TableEntry entry = entries.Count > 0 && !chance.OnceIn(5) ? entries[chance.Below(entries.Count)]
            : Places.NewEntry(chance);
        bool isOriginal = chance.OnceIn(8); // a query that the kernel answers with the other direction
        (Peer source, Peer destination) = isOriginal
            ? (entry.Destination, entry.Source)
            : (entry.ReplyDestination, entry.ReplySource);
        uint sender = chance.OnceIn(4)
            ? chance.Of(Places.Stranger, Places.Trusted, Places.Router, Places.Loopback, Places.Proxy)
            : destination.Address;
        _nextPort++;
        byte[] bytes = new byte[66];
        "RPHD"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), (uint)chance.Below(3));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), chance.OnceIn(10) ? 5 : readSecret());
        bytes.AsSpan(12, 4).Clear();
        (bytes[12], bytes[13], bytes[15]) = (4, 2, 1);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16), source.Address);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(20), destination.Address);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(24), source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(26), destination.Port);
        uint local = chance.Of(Places.Router, Places.SecondRouter);
        return new Datagram
        {
            Bytes = chance.OnceIn(12) ? Damage(bytes) : bytes,
            Sender = new Peer(sender, _nextPort),
            LocalAddress = local,
            HeaderDestination = isBoundToAll && chance.OnceIn(20) ? chance.Of([.. Places.Broadcasts]) : local,
            Question = (source, destination),
        };
    }

    private byte[] Damage(byte[] bytes)
    {
        switch (world.Chance.Below(3))
        {
            case 0:
                return bytes[..world.Chance.Below(66)];
            case 1:
                return [.. bytes, .. new byte[world.Chance.Between(1, 200)]];
            default:
                bytes[world.Chance.Of(0, 1, 12, 13, 14, 15)] ^= 0x40;
                return bytes;
        }
    }
}
