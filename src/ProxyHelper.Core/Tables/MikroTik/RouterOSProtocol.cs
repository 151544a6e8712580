using System.Collections.Frozen;
using ProxyHelper.Addresses;

namespace ProxyHelper.Tables.MikroTik;

/// <summary>Reads protocols by the names of RouterOS, or by number.</summary>
internal static class RouterOSProtocol
{
    // The names that few other systems use, with their IANA protocol numbers.
    private static readonly FrozenDictionary<string, byte> _numbers = new Dictionary<string, byte>
    {
        ["hopopt"] = 0,
        ["ggp"] = 3,
        ["st"] = 5,
        ["egp"] = 8,
        ["igp"] = 9,
        ["pup"] = 12,
        ["hmp"] = 20,
        ["xns-idp"] = 22,
        ["rdp"] = 27,
        ["iso-tp4"] = 29,
        ["xtp"] = 36,
        ["ddp"] = 37,
        ["idpr-cmtp"] = 38,
        ["ipv6-route"] = 43,
        ["ipv6-frag"] = 44,
        ["rsvp"] = 46,
        ["ipv6-nonxt"] = 59,
        ["ipv6-opts"] = 60,
        ["rspf"] = 73,
        ["vmtp"] = 81,
        ["eigrp"] = 88,
        ["etherip"] = 97,
        ["encap"] = 98,
        ["isis"] = 124,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, byte>.AlternateLookup<ReadOnlySpan<char>> _numberOf =
        _numbers.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Reads the name or the number of a protocol.</summary>
    /// <returns>False if the text is neither.</returns>
    public static bool TryRead(ReadOnlySpan<char> text, out IPProtocol protocol)
    {
        if (ProtocolText.TryRead(text, out protocol))
        {
            return true;
        }

        bool isKnown = _numberOf.TryGetValue(text, out byte number);
        protocol = (IPProtocol)number;
        return isKnown;
    }
}
