using System.Text.Json;
using ProxyHelper.Addresses;
using static ProxyHelper.Diagnosis.Firewall.NftJson;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>
/// Reads values as nft writes them in JSON: numbers, names, addresses, prefixes, ranges, sets, and the names of sets.
/// </summary>
/// <param name="sets">The elements of the named sets of the table.</param>
internal sealed class NftValues(IReadOnlyDictionary<string, JsonElement> sets)
{
    private const int MaxNesting = 4; // a named set of elements with ranges of addresses

    private static readonly Dictionary<string, uint> _protocols = new(StringComparer.Ordinal)
    {
        ["icmp"] = 1, ["igmp"] = 2, ["tcp"] = 6, ["udp"] = 17, ["dccp"] = 33, ["gre"] = 47, ["esp"] = 50, ["ah"] = 51,
        ["icmpv6"] = 58, ["ipv6-icmp"] = 58, ["comp"] = 108, ["sctp"] = 132, ["udplite"] = 136,
        ["ipv4"] = FirewallPacket.IPv4, ["ip"] = FirewallPacket.IPv4,
        ["ipv6"] = FirewallPacket.IPv6, ["ip6"] = FirewallPacket.IPv6,
    };

    // Each named set is read once, however many rules use it. Null is a set that is not understood.
    private readonly Dictionary<string, NumberSet?> _named = [];

    /// <summary>Reads a value.</summary>
    /// <returns>The numbers that the value stands for, or null if the value is not understood.</returns>
    public NumberSet? Read(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString() is ['@', .. var name])
        {
            return ReadNamed(name);
        }

        var ranges = new List<NumberRange>();
        return TryRead(value, ranges, MaxNesting) ? NumberSet.Of(ranges) : null;
    }

    private NumberSet? ReadNamed(string name)
    {
        if (!_named.TryGetValue(name, out NumberSet? known))
        {
            var ranges = new List<NumberRange>();
            bool isRead = sets.TryGetValue(name, out JsonElement elements) && TryRead(elements, ranges, MaxNesting);
            known = isRead ? NumberSet.Of(ranges) : null;
            _named.Add(name, known);
        }

        return known;
    }

    /// <summary>Reads a protocol: its name or its number.</summary>
    public static bool TryReadProtocol(string text, out uint number) =>
        _protocols.TryGetValue(text, out number) || NumberText.TryRead(text, out number);

    private static bool TryRead(JsonElement value, List<NumberRange> ranges, int nesting)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number when value.TryGetUInt32(out uint number):
                ranges.Add(new NumberRange(number));
                return true;
            case JsonValueKind.String:
                return TryReadText(value.GetString()!, ranges);
            case JsonValueKind.Array when nesting > 0:
                return value.EnumerateArray().All(element => TryRead(element, ranges, nesting - 1));
            case JsonValueKind.Object when nesting > 0:
                return TryReadObject(value, ranges, nesting - 1);
            default:
                return false;
        }
    }

    private static bool TryReadText(string text, List<NumberRange> ranges)
    {
        if (IPv4Address.TryParse(text, out IPv4Address address))
        {
            ranges.Add(new NumberRange(address));
            return true;
        }

        bool isProtocol = TryReadProtocol(text, out uint protocol);
        ranges.AddRange(isProtocol ? [new NumberRange(protocol)] : []);
        return isProtocol;
    }

    private static bool TryReadObject(JsonElement value, List<NumberRange> ranges, int nesting)
    {
        if (TryGet(value, "set", out JsonElement set))
        {
            return TryRead(set, ranges, nesting);
        }

        if (TryGet(value, "elem", out JsonElement element) && TryGet(element, "val", out JsonElement plain))
        {
            return TryRead(plain, ranges, nesting); // an element with a time-out, a counter or a comment
        }

        if (TryGet(value, "range", JsonValueKind.Array, out JsonElement range) && range.GetArrayLength() == 2)
        {
            var ends = new List<NumberRange>();
            bool isRange = TryRead(range, ends, nesting) && ends is [{ IsOne: true }, { IsOne: true }];
            ranges.AddRange(isRange ? [new NumberRange(ends[0].First, ends[1].First)] : []);
            return isRange;
        }

        return TryGet(value, "prefix", out JsonElement prefix) && TryReadPrefix(prefix, ranges);
    }

    private static bool TryReadPrefix(JsonElement prefix, List<NumberRange> ranges)
    {
        NumberRange? range = TryGet(prefix, "len", JsonValueKind.Number, out JsonElement length)
            && length.TryGetInt32(out int bits)
            && IPv4Address.TryParse(Word(prefix, "addr"), out IPv4Address address)
            ? NumberRange.OfPrefix(address, bits)
            : null;
        ranges.AddRange(range is { } read ? [read] : []);
        return range is not null;
    }
}
