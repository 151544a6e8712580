using System.Buffers.Binary;
using ProxyHelper.Linux;
using ProxyHelper.Simulation.Kernel;

namespace ProxyHelper.Simulation.Asking;

/// <summary>
/// Represents the helper of a router, and the network between it and the relay: queries and replies are lost, late,
/// doubled and reordered, foreign and damaged datagrams arrive, and the helper is gone now and then.
/// </summary>
internal sealed class SimulatedHelper(World world, uint address)
{
    private readonly List<byte[]> _sent = [];

    /// <summary>Gets the address of the router.</summary>
    public uint Address => address;

    /// <summary>Gets the connections that the router translates now, by both translated ends.</summary>
    public Dictionary<(Peer Router, Peer Accepting), RelayedConnection> Table { get; } = [];

    /// <summary>Gets or sets whether the helper runs. Otherwise the router sends ICMP errors.</summary>
    public bool Runs { get; set; } = true;

    /// <summary>Gets or sets whether the helper is silent.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Gets or sets the number of events of which one goes wrong; 0 for none.</summary>
    public int FaultOnceIn { get; set; }

    /// <summary>Gets the links of all helpers. A bad router sends replies to another one's link.</summary>
    public required List<HelperLink> Links { get; init; }

    /// <summary>Takes a query of the relay on its way.</summary>
    public void Arrive(byte[] query, HelperLink link)
    {
        Chance chance = world.Chance;
        if (chance.OnceIn(FaultOnceIn))
        {
            world.Trace.Add(world.Now, "query is lost");
            return;
        }

        for (int copies = chance.OnceIn(FaultOnceIn) ? 2 : 1; copies > 0; copies--)
        {
            After(Delay(), () => Answer(query, link));
        }
    }

    private void Answer(byte[] query, HelperLink link)
    {
        if (!Runs)
        {
            After(Delay(), () => link.Refuse(world.Chance.Of(Errno.ECONNREFUSED, Errno.ECONNREFUSED, Errno.EPERM)));
            return;
        }

        if (IsSilent)
        {
            return;
        }

        byte[] reply = ReplyTo(query);
        _sent.Add(reply);
        if (world.Chance.OnceIn(FaultOnceIn))
        {
            Misbehave(reply, link);
        }

        if (!world.Chance.OnceIn(FaultOnceIn))
        {
            After(Delay(), () => link.Arrive(reply));
        }
    }

    /// <summary>Sends what the relay must ignore.</summary>
    private void Misbehave(byte[] reply, HelperLink link)
    {
        Chance chance = world.Chance;
        byte[] bad = [.. reply];
        switch (chance.Below(6))
        {
            case 0:
                bad = bad[..chance.Below(66)];
                break;
            case 1:
                bad = [.. bad, .. new byte[chance.Between(1, 200)]];
                break;
            case 2:
                bad[chance.Of(0, 1, 12, 13, 14, 15)] ^= 0x40;
                break;
            case 3:
                bad[chance.Between(4, 7)] ^= (byte)(1 << chance.Below(8)); // another cookie
                break;
            case 4:
                bad = _sent[chance.Below(_sent.Count)]; // an earlier reply again
                break;
            default:
                link = Links[chance.Below(Links.Count)]; // a reply on the link of another router, or a second one
                break;
        }

        After(Delay(), () => link.Arrive(bad));
    }

    /// <summary>Answers from the table as it is now.</summary>
    private byte[] ReplyTo(byte[] query)
    {
        byte[] reply = [.. query];
        reply.AsSpan(8, 4).Clear();
        reply[15] = 0x22;
        if (Table.GetValueOrDefault((Wire.ReadSource(query), Wire.ReadDestination(query))) is { } connection)
        {
            reply[15] = 0x12;
            Wire.Write(reply, connection.OriginalSource, connection.OriginalDestination);
        }

        return reply;
    }

    private TimeSpan Delay() => TimeSpan.FromMicroseconds(world.Chance.OnceIn(FaultOnceIn)
        ? world.Chance.Between(100_000, 6_000_000)
        : world.Chance.Between(50, 20_000));

    private void After(TimeSpan delay, Action action) => world.At(world.Now + delay, action);
}

/// <summary>Reads and writes the fields of the datagrams.</summary>
internal static class Wire
{
    public static uint ReadCookie(ReadOnlySpan<byte> datagram) => BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]);

    public static Peer ReadSource(ReadOnlySpan<byte> datagram) => new(
        BinaryPrimitives.ReadUInt32BigEndian(datagram[16..]), BinaryPrimitives.ReadUInt16BigEndian(datagram[24..]));

    public static Peer ReadDestination(ReadOnlySpan<byte> datagram) => new(
        BinaryPrimitives.ReadUInt32BigEndian(datagram[20..]), BinaryPrimitives.ReadUInt16BigEndian(datagram[26..]));

    public static void Write(Span<byte> datagram, Peer source, Peer destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(datagram[16..], source.Address);
        BinaryPrimitives.WriteUInt32BigEndian(datagram[20..], destination.Address);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[24..], source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[26..], destination.Port);
    }
}
