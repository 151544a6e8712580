using ProxyHelper.Addresses;

namespace ProxyHelper.Linux;

/// <summary>
/// The control data of a datagram (struct cmsghdr, bits/socket.h): the local address that it was sent to, when the kernel took it
/// in, and how many were dropped before it. Unknown kinds are passed over; a malformed length ends the walk.
/// </summary>
internal readonly ref struct DatagramControl
{
    /// <summary>Room for what is asked for here: IP_PKTINFO (32 bytes), SCM_TIMESTAMPNS (32 bytes) and SO_RXQ_OVFL (24 bytes).</summary>
    public const int Size = 88;

    /// <summary>How long the control data is that sets a reply's source address.</summary>
    public const int SourceSize = 32;

    /// <summary>IPPROTO_IP.</summary>
    public const int IPLevel = 0;

    /// <summary>IP_PKTINFO: struct in_pktinfo { interface index, local address, header's destination }.</summary>
    public const int PacketInfo = 8;

    /// <summary>SOL_SOCKET.</summary>
    public const int SocketLevel = 1;

    /// <summary>SO_TIMESTAMPNS, and SCM_TIMESTAMPNS: struct timespec { seconds, nanoseconds } of the real-time clock.</summary>
    public const int TimestampNanoseconds = 35;

    /// <summary>SO_RXQ_OVFL: a 32-bit count of the datagrams that this socket has dropped; the kernel says nothing while it is 0.</summary>
    public const int QueueOverflow = 40;

    private const int HeaderSize = 16; // size_t length, int level, int type
    private const int PacketInfoSize = 12;
    private const int TimestampSize = 16;
    private const ulong LastSecond = 253_402_300_799; // 9999-12-31 23:59:59, the last that DateTime has
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    private DatagramControl(IPv4Address? localAddress, DateTime? receivedAt, uint dropped)
    {
        LocalAddress = localAddress;
        ReceivedAt = receivedAt;
        Dropped = dropped;
    }

    /// <summary>The local IPv4 address that was asked; null where the kernel did not say.</summary>
    public IPv4Address? LocalAddress { get; }

    /// <summary>When the datagram reached this machine, UTC; null where the kernel did not say.</summary>
    public DateTime? ReceivedAt { get; }

    /// <summary>How many datagrams the socket had dropped for want of room when this one came, modulo 2^32.</summary>
    public uint Dropped { get; }

    /// <summary>Reads control data as it was received.</summary>
    public static DatagramControl Read(ReadOnlySpan<byte> control)
    {
        IPv4Address? localAddress = null;
        DateTime? receivedAt = null;
        uint dropped = 0;
        while (control.Length >= HeaderSize)
        {
            ulong length = BitConverter.ToUInt64(control);
            if (length < HeaderSize || length > (ulong)control.Length)
            {
                break;
            }

            ReadOnlySpan<byte> data = control[HeaderSize..(int)length];
            switch ((BitConverter.ToInt32(control[8..]), BitConverter.ToInt32(control[12..])))
            {
                case (IPLevel, PacketInfo) when data.Length >= PacketInfoSize:
                    localAddress = IPv4Address.FromBytes(data.Slice(4, IPv4Address.Size));
                    break;
                case (SocketLevel, TimestampNanoseconds) when data.Length >= TimestampSize:
                    receivedAt = ReadTime(data);
                    break;
                case (SocketLevel, QueueOverflow) when data.Length >= sizeof(uint):
                    dropped = BitConverter.ToUInt32(data);
                    break;
            }

            control = control[Math.Min(((int)length + 7) & ~7, control.Length)..];
        }

        return new DatagramControl(localAddress, receivedAt, dropped);
    }

    /// <summary>Writes control data that makes a reply leave from an address, by whatever interface routing says.</summary>
    /// <param name="control">At least <see cref="SourceSize"/> bytes.</param>
    /// <param name="address">The address.</param>
    public static void WriteSource(Span<byte> control, IPv4Address address)
    {
        control[..SourceSize].Clear();
        BitConverter.TryWriteBytes(control, (ulong)(HeaderSize + PacketInfoSize));
        BitConverter.TryWriteBytes(control[8..], IPLevel);
        BitConverter.TryWriteBytes(control[12..], PacketInfo);
        address.TryWriteBytes(control[(HeaderSize + 4)..]); // interface index 0: routing decides
    }

    /// <summary>Reads a struct timespec; null for one that is no time from 1970 to 9999, so that no clock can throw here.</summary>
    private static DateTime? ReadTime(ReadOnlySpan<byte> data)
    {
        long seconds = BitConverter.ToInt64(data), nanoseconds = BitConverter.ToInt64(data[8..]);
        return (ulong)seconds <= LastSecond && (ulong)nanoseconds < NanosecondsPerSecond
            ? DateTime.UnixEpoch.AddTicks((seconds * TimeSpan.TicksPerSecond) + (nanoseconds / TimeSpan.NanosecondsPerTick))
            : null;
    }
}
