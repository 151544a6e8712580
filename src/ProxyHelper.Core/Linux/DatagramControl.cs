using ProxyHelper.Addresses;

namespace ProxyHelper.Linux;

/// <summary>
/// Represents the control data of a datagram (struct cmsghdr, bits/socket.h). The data are the local address that the
/// datagram was sent to, the time of its arrival, and the number of datagrams dropped before it. Unknown types are
/// ignored. Reading ends at an invalid length. Numbers are in the byte order of the host, addresses in network byte
/// order.
/// </summary>
internal readonly ref struct DatagramControl
{
    /// <summary>
    /// The size of a buffer for IP_PKTINFO (32 bytes), SCM_TIMESTAMPNS (32 bytes) and SO_RXQ_OVFL (24 bytes).
    /// </summary>
    public const int Size = 88;

    /// <summary>The size of the control data that sets the source address of a reply.</summary>
    public const int SourceSize = 32;

    private const int HeaderSize = 16; // struct cmsghdr: size_t length, int level, int type
    // Struct in_pktinfo (linux/in.h): interface index, local address, destination in the header.
    private const int PacketInfoSize = 12;
    private const int AddressOffset = 4; // in struct in_pktinfo
    private const int DestinationOffset = 8;
    private const int TimestampSize = 16; // struct timespec: seconds and nanoseconds of the real-time clock
    private const ulong LastSecond = 253_402_300_799; // 9999-12-31 23:59:59, the last second of DateTime
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    private DatagramControl(
        IPv4Address? localAddress, IPv4Address? destination, DateTime? receivedAt, uint dropped)
    {
        LocalAddress = localAddress;
        Destination = destination;
        ReceivedAt = receivedAt;
        Dropped = dropped;
    }

    /// <summary>
    /// Gets the local address that a reply leaves from, or null if the kernel did not report it: the address that the
    /// datagram was sent to.
    /// </summary>
    public IPv4Address? LocalAddress { get; }

    /// <summary>Gets the destination in the header of the datagram, or null if the kernel did not report it.</summary>
    public IPv4Address? Destination { get; }

    /// <summary>
    /// Gets whether the datagram was sent to a broadcast or multicast address. The local address is another one then:
    /// the address of the interface.
    /// </summary>
    public bool IsBroadcast => Destination != LocalAddress;

    /// <summary>Gets the time of arrival in UTC, or null if the kernel did not report it.</summary>
    public DateTime? ReceivedAt { get; }

    /// <summary>
    /// Gets the number of datagrams that the socket had dropped because its queue was full, modulo 2^32. The kernel
    /// does not report 0.
    /// </summary>
    public uint Dropped { get; }

    /// <summary>Reads received control data.</summary>
    public static DatagramControl Read(ReadOnlySpan<byte> control)
    {
        IPv4Address? localAddress = null;
        IPv4Address? destination = null;
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
                case (SocketOption.IPLevel, SocketOption.PacketInfoNumber) when data.Length >= PacketInfoSize:
                    localAddress = IPv4Address.FromBytes(data.Slice(AddressOffset, IPv4Address.Size));
                    destination = IPv4Address.FromBytes(data.Slice(DestinationOffset, IPv4Address.Size));
                    break;
                case (SocketOption.SocketLevel, SocketOption.TimestampNumber) when data.Length >= TimestampSize:
                    receivedAt = ReadTime(data);
                    break;
                case (SocketOption.SocketLevel, SocketOption.DropCountNumber) when data.Length >= sizeof(uint):
                    dropped = BitConverter.ToUInt32(data);
                    break;
            }

            control = control[Math.Min(((int)length + 7) & ~7, control.Length)..];
        }

        return new DatagramControl(localAddress, destination, receivedAt, dropped);
    }

    /// <summary>
    /// Writes control data that sets the source address of a reply. The routing table chooses the interface.
    /// </summary>
    /// <param name="control">At least <see cref="SourceSize"/> bytes.</param>
    /// <param name="address">The address.</param>
    public static void WriteSource(Span<byte> control, IPv4Address address)
    {
        control[..SourceSize].Clear();
        BitConverter.TryWriteBytes(control, (ulong)(HeaderSize + PacketInfoSize));
        BitConverter.TryWriteBytes(control[8..], SocketOption.IPLevel);
        BitConverter.TryWriteBytes(control[12..], SocketOption.PacketInfoNumber);
        address.TryWriteBytes(control[(HeaderSize + AddressOffset)..]); // interface index 0: the routing table decides
    }

    /// <summary>
    /// Reads a struct timespec. The result is null for a time outside 1970 to 9999, so that no clock causes an
    /// exception.
    /// </summary>
    private static DateTime? ReadTime(ReadOnlySpan<byte> data)
    {
        long seconds = BitConverter.ToInt64(data), nanoseconds = BitConverter.ToInt64(data[8..]);
        return (ulong)seconds <= LastSecond && (ulong)nanoseconds < NanosecondsPerSecond
            ? DateTime.UnixEpoch.AddTicks(
                (seconds * TimeSpan.TicksPerSecond) + (nanoseconds / TimeSpan.NanosecondsPerTick))
            : null;
    }
}
