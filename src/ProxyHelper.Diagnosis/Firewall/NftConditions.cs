using System.Text.Json;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>The conditions of a rule as nft writes them in JSON. What is not understood is a condition, too: an unclear one.</summary>
internal sealed class NftConditions(NftValues values)
{
    /// <summary>Reads a "match" statement.</summary>
    public IReadOnlyList<FirewallCondition> Read(JsonElement match, string table)
    {
        if (match.ValueKind != JsonValueKind.Object || !match.TryGetProperty("left", out JsonElement left) || !match.TryGetProperty("right", out JsonElement right))
        {
            return [FirewallCondition.Unclear("a condition that is not understood")];
        }

        string sign = match.TryGetProperty("op", out JsonElement op) && op.ValueKind == JsonValueKind.String ? op.GetString()! : "==";
        return sign is "==" or "!=" or "in" ? Of(left, right, sign == "!=", table) : [FirewallCondition.Unclear($"{Words(left)} {sign} {Words(right)}")];
    }

    /// <summary>That a key has a value: of a match, or of an element of a verdict map.</summary>
    public IReadOnlyList<FirewallCondition> Of(JsonElement key, JsonElement value, bool isNegated, string table)
    {
        string text = $"{Words(key)} {(isNegated ? "!= " : string.Empty)}{Words(value)}";
        if (key.ValueKind != JsonValueKind.Object)
        {
            return [FirewallCondition.Unclear(text)];
        }

        if (key.TryGetProperty("payload", out JsonElement payload))
        {
            return OfPayload(Word(payload, "protocol"), Word(payload, "field"), value, isNegated, text, table);
        }

        FirewallCondition condition =
            key.TryGetProperty("meta", out JsonElement meta) ? OfMeta(Word(meta, "key"), value, isNegated, text, table)
            : key.TryGetProperty("ct", out JsonElement ct) ? OfConntrack(Word(ct, "key"), Word(ct, "dir"), value, isNegated, text, table)
            : key.TryGetProperty("fib", out JsonElement fib) ? OfRoute(fib, value, isNegated, text)
            : FirewallCondition.Unclear(text);
        return [condition];
    }

    private List<FirewallCondition> OfPayload(string protocol, string name, JsonElement value, bool isNegated, string text, string table)
    {
        // A look into a header demands that the header is there.
        bool isTransport = protocol is "tcp" or "udp" or "udplite" or "sctp" or "dccp";
        FirewallCondition header = protocol is "ip" or "ip6" ? FirewallCondition.Of(PacketField.Family, protocol == "ip" ? FirewallPacket.IPv4 : FirewallPacket.IPv6, protocol)
            : isTransport && NftValues.TryReadProtocol(protocol, out uint number) ? FirewallCondition.Of(PacketField.Protocol, number, protocol)
            : FirewallCondition.Unclear(text);
        PacketField field = (protocol, name) switch
        {
            ("ip", "saddr") => PacketField.SourceAddress,
            ("ip", "daddr") => PacketField.DestinationAddress,
            ("ip", "protocol") => PacketField.Protocol,
            (_, "sport") when isTransport => PacketField.SourcePort,
            (_, "dport") when isTransport => PacketField.DestinationPort,
            _ => PacketField.Unclear,
        };
        return protocol == "th" && name is "sport" or "dport"
            ? [Listed(name == "dport" ? PacketField.DestinationPort : PacketField.SourcePort, value, isNegated, text, table)]
            : [header, Listed(field, value, isNegated, text, table)];
    }

    private FirewallCondition OfMeta(string key, JsonElement value, bool isNegated, string text, string table) => key switch
    {
        "l4proto" => Listed(PacketField.Protocol, value, isNegated, text, table),
        "nfproto" or "protocol" => Listed(PacketField.Family, value, isNegated, text, table),
        "iifname" or "oifname" or "iif" or "oif" when value.ValueKind == JsonValueKind.String && value.GetString() == "lo" =>
            FirewallCondition.Of(PacketField.Loopback, 1, text, isNegated),
        "iifname" or "oifname" or "iif" or "oif" or "iifgroup" or "oifgroup" => new FirewallCondition(PacketField.Device, [], isNegated, text),
        _ => FirewallCondition.Unclear(text),
    };

    private FirewallCondition OfConntrack(string key, string direction, JsonElement value, bool isNegated, string text, string table) => key switch
    {
        "state" => FirewallCondition.Of(PacketField.IsNew, Mentions(value, "new") ? 1u : 0, text, isNegated),
        "status" when Mentions(value, "dnat") => FirewallCondition.Of(PacketField.DestinationIsTranslated, 1, text, isNegated),
        "proto-dst" when direction == "original" => Listed(PacketField.OriginalDestinationPort, value, isNegated, text, table),
        _ => FirewallCondition.Unclear(text),
    };

    private static FirewallCondition OfRoute(JsonElement fib, JsonElement value, bool isNegated, string text)
    {
        bool isAboutDestination = fib.ValueKind == JsonValueKind.Object && fib.TryGetProperty("flags", out JsonElement flags) && Mentions(flags, "daddr") && !Mentions(flags, "saddr");
        return Word(fib, "result") switch
        {
            "type" when isAboutDestination && value.ValueKind == JsonValueKind.String && value.GetString() == "local" =>
                FirewallCondition.Of(PacketField.DestinationIsLocal, 1, text, isNegated),
            "oif" or "oifname" => new FirewallCondition(PacketField.Device, [], isNegated, text), // the way back: as the administrator has laid it
            _ => FirewallCondition.Unclear(text),
        };
    }

    private FirewallCondition Listed(PacketField field, JsonElement value, bool isNegated, string text, string table) =>
        field != PacketField.Unclear && values.Read(value, table) is { } ranges
            ? new FirewallCondition(field, ranges, isNegated, text)
            : FirewallCondition.Unclear(text);

    private static bool Mentions(JsonElement value, string word) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() == word,
        JsonValueKind.Array => value.EnumerateArray().Any(element => Mentions(element, word)),
        JsonValueKind.Object => value.TryGetProperty("set", out JsonElement set) && set.ValueKind == JsonValueKind.Array && Mentions(set, word),
        _ => false,
    };

    private static string Word(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement word) && word.ValueKind == JsonValueKind.String ? word.GetString()! : string.Empty;

    /// <summary>A value in words, much as nft writes it: all of its names and numbers.</summary>
    private static string Words(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object when value.TryGetProperty("prefix", out JsonElement prefix) && prefix.ValueKind == JsonValueKind.Object
            && prefix.TryGetProperty("addr", out JsonElement address) && prefix.TryGetProperty("len", out JsonElement length) => $"{Words(address)}/{Words(length)}",
        JsonValueKind.Object when value.TryGetProperty("range", out JsonElement range) && range.ValueKind == JsonValueKind.Array =>
            string.Join('-', range.EnumerateArray().Select(Words)),
        JsonValueKind.Object => string.Join(' ', value.EnumerateObject().Select(property => property.Name is "payload" or "meta" or "key" or "protocol" or "field" or "set" or "val" or "elem"
            ? Words(property.Value)
            : $"{property.Name} {Words(property.Value)}")),
        JsonValueKind.Array => $"{{ {string.Join(", ", value.EnumerateArray().Select(Words))} }}",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };
}
