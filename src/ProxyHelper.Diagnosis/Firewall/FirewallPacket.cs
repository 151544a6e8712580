using ProxyHelper.Linux;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>
/// Represents the known fields of a packet that the checks send through the rules. An unknown field can have any value.
/// </summary>
internal sealed class FirewallPacket
{
    private readonly Dictionary<PacketField, uint> _known = new()
    {
        [PacketField.Family] = IPv4,
        [PacketField.Loopback] = 0,
    };

    /// <summary>The family of IPv4 packets.</summary>
    public const uint IPv4 = SocketKind.IPv4Family;

    /// <summary>The family of IPv6 packets.</summary>
    public const uint IPv6 = SocketKind.IPv6Family;

    /// <summary>Gets the value of a field, or null if the value is unknown.</summary>
    public uint? this[PacketField field]
    {
        get => _known.TryGetValue(field, out uint value) ? value : null;
        init
        {
            if (value is { } known)
            {
                _known[field] = known;
            }
        }
    }
}
