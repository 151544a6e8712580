using ProxyHelper.Addresses;

namespace ProxyHelper.Netlink;

/// <summary>
/// Represents an IPv4 address of this host as the kernel lists it (struct ifaddrmsg, linux/if_addr.h).
/// </summary>
/// <param name="Local">The address, or null if the kernel did not report it.</param>
/// <param name="Peer">The address, or that of the peer of a point-to-point link, or null.</param>
/// <param name="Broadcast">The broadcast address, or null.</param>
/// <param name="PrefixLength">The length of the prefix in bits, 0 to 32.</param>
/// <param name="CreatedAt">
/// The time at which the address was added, in hundredths of a second since the start of the host, modulo 2^32. The
/// time stays the same if the lifetime of the address is refreshed.
/// </param>
internal readonly record struct HostAddress(
    IPv4Address? Local, IPv4Address? Peer, IPv4Address? Broadcast, int PrefixLength, uint CreatedAt)
{
    private const int HeaderSize = 8;
    private const int LengthOffset = 1; // ifa_prefixlen
    private const int LongestPrefix = 32;
    private const ushort PeerAttribute = 1; // IFA_ADDRESS
    private const ushort LocalAttribute = 2; // IFA_LOCAL
    private const ushort BroadcastAttribute = 4; // IFA_BROADCAST
    private const ushort CacheAttribute = 6; // IFA_CACHEINFO
    private const int CacheSize = 16; // struct ifa_cacheinfo: lifetimes, time of creation, time of the last change
    private const int CreationOffset = 8; // cstamp

    // The kernel counts the hundredths by its ticks, which can begin later or earlier than its clocks (measured: 0.06
    // seconds later).
    private static readonly TimeSpan _tolerance = TimeSpan.FromSeconds(1);

    /// <summary>Reads the payload of a message about an address.</summary>
    /// <returns>False if the payload is malformed.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out HostAddress address)
    {
        address = default;
        if (payload.Length < HeaderSize || payload[LengthOffset] > LongestPrefix)
        {
            return false;
        }

        address = address with { PrefixLength = payload[LengthOffset] };
        var attributes = new NetlinkAttributes(payload[HeaderSize..]);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case PeerAttribute:
                    address = address with { Peer = new IPv4Address(attributes.ReadUInt32()) };
                    break;
                case LocalAttribute:
                    address = address with { Local = new IPv4Address(attributes.ReadUInt32()) };
                    break;
                case BroadcastAttribute:
                    address = address with { Broadcast = new IPv4Address(attributes.ReadUInt32()) };
                    break;
                case CacheAttribute when attributes.ReadBytes(CacheSize) is { Length: CacheSize } times:
                    address = address with { CreatedAt = BitConverter.ToUInt32(times[CreationOffset..]) };
                    break;
            }
        }

        return !attributes.IsFaulted;
    }

    /// <summary>Returns the time since the address was added, or null if the time is too long to be known.</summary>
    /// <param name="running">The time for which this host has run since its start.</param>
    public TimeSpan? AgeAt(TimeSpan running)
    {
        uint now = unchecked((uint)(running.Ticks / (TimeSpan.TicksPerSecond / 100)));
        var age = TimeSpan.FromMilliseconds(10L * unchecked((int)(now - CreatedAt)));
        return age >= TimeSpan.Zero ? age
            : age >= -_tolerance ? TimeSpan.Zero
            : null;
    }
}
