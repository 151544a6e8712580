using ProxyHelper.Linux;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>The packet that rules are tried with: what is known of it. The rest is open, and may be anything.</summary>
internal sealed class FirewallPacket
{
    private readonly Dictionary<PacketField, uint> _known = new() { [PacketField.Family] = IPv4, [PacketField.Loopback] = 0 };

    /// <summary>AF_INET.</summary>
    public const uint IPv4 = SocketKind.IPv4Family;

    /// <summary>AF_INET6.</summary>
    public const uint IPv6 = SocketKind.IPv6Family;

    /// <summary>What a field has, or null where that is open.</summary>
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
