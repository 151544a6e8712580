using System.Text.Json;
using static ProxyHelper.Diagnosis.Firewall.NftJson;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>
/// Reads the conditions of a rule as nft writes them in JSON. A condition that is not understood becomes an unclear
/// one.
/// </summary>
internal sealed class NftConditions(NftValues values)
{
    /// <summary>Reads a "match" statement.</summary>
    public IReadOnlyList<FirewallCondition> Read(JsonElement match)
    {
        if (!TryGet(match, "left", out JsonElement left) || !TryGet(match, "right", out JsonElement right))
        {
            return [FirewallCondition.Unclear("a condition that is not understood")];
        }

        string sign = TryGet(match, "op", JsonValueKind.String, out JsonElement op) ? op.GetString()! : "==";
        return TcpFlags.ReadNft(left, sign, right) is { } flags
            ? OfFlags(flags, () => $"{Describe(left)} {sign} {Describe(right)}")
            : sign is "==" or "!=" or "in"
            ? Of(left, right, sign)
            : [FirewallCondition.Unclear(() => $"{Describe(left)} {sign} {Describe(right)}")];
    }

    /// <summary>Returns the conditions that a key of a match or of a verdict map has a value.</summary>
    public IReadOnlyList<FirewallCondition> Of(JsonElement key, JsonElement value, string sign)
    {
        // nft shows the sign of an equation only if a part of the packet is compared.
        string shown = sign == "!=" ? "!= " : TryGet(key, "&", out _) ? "== " : string.Empty;
        var demand = new Demand(value, sign, () => $"{Describe(key)} {shown}{DescribeValue(key, value)}");
        return TryGet(key, "payload", out JsonElement payload)
            ? OfPayload(Word(payload, "protocol"), Word(payload, "field"), demand)
            : TryGet(key, "meta", out JsonElement meta) ? [OfMeta(Word(meta, "key"), demand)]
            : TryGet(key, "ct", out JsonElement ct) ? [OfConntrack(Word(ct, "key"), Word(ct, "dir"), demand)]
            : TryGet(key, "fib", out JsonElement fib) ? [OfRoute(fib, demand)]
            : TryGet(key, "jhash", out JsonElement hash) || TryGet(key, "symhash", out hash)
                || TryGet(key, "numgen", out hash) ? [OfSelector(hash, demand)]
            : [FirewallCondition.Unclear(demand.Text)];
    }

    private static FirewallCondition[] OfFlags(NumberSet flags, Func<string> text) =>
        [HeaderOf("tcp", isTransport: true, text), new(PacketField.TcpFlags, flags, isNegated: false, text)];

    // nft shows marks as hexadecimal numbers.
    private static string DescribeValue(JsonElement key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number
        && value.TryGetUInt32(out uint number)
        && (TryGet(key, "meta", out JsonElement field) || TryGet(key, "ct", out field))
        && Word(field, "key") == "mark" ? $"0x{number:x8}" : Describe(value);

    private List<FirewallCondition> OfPayload(string protocol, string name, Demand demand)
    {
        if (protocol == "th" && name is "sport" or "dport")
        {
            return [Listed(name == "dport" ? PacketField.DestinationPort : PacketField.SourcePort, demand)];
        }

        bool isTransport = protocol is "tcp" or "udp" or "udplite" or "sctp" or "dccp";
        PacketField field = (protocol, name) switch
        {
            ("ip", "saddr") => PacketField.SourceAddress,
            ("ip", "daddr") => PacketField.DestinationAddress,
            ("ip", "protocol") => PacketField.Protocol,
            (_, "sport") when isTransport => PacketField.SourcePort,
            (_, "dport") when isTransport => PacketField.DestinationPort,
            _ => PacketField.Unclear,
        };
        return [HeaderOf(protocol, isTransport, demand.Text), Listed(field, demand)];
    }

    /// <summary>
    /// Returns the condition that the packet has a header. A rule that reads a header requires that header.
    /// </summary>
    private static FirewallCondition HeaderOf(string protocol, bool isTransport, Func<string> text) => protocol switch
    {
        "ip" => FirewallCondition.Of(PacketField.Family, FirewallPacket.IPv4, () => protocol),
        "ip6" => FirewallCondition.Of(PacketField.Family, FirewallPacket.IPv6, () => protocol),
        _ when isTransport && NftValues.TryReadProtocol(protocol, out uint number) =>
            FirewallCondition.Of(PacketField.Protocol, number, () => protocol),
        _ => FirewallCondition.Unclear(text),
    };

    private FirewallCondition OfMeta(string key, Demand demand) => key switch
    {
        "l4proto" => Listed(PacketField.Protocol, demand),
        "nfproto" or "protocol" => Listed(PacketField.Family, demand),
        "iifname" or "oifname" or "iif" or "oif" when demand.IsWord("lo") => demand.Flag(PacketField.Loopback, 1),
        "iifname" or "oifname" or "iif" or "oif" or "iifgroup" or "oifgroup" => demand.OfDevice(),
        _ => FirewallCondition.Unclear(demand.Text),
    };

    private FirewallCondition OfConntrack(string key, string direction, Demand demand) => key switch
    {
        "state" => demand.Flag(PacketField.IsNew, Mentions(demand.Value, "new") ? 1u : 0),
        "status" when demand is { Sign: "in" } && demand.IsOnly("dnat") =>
            demand.Flag(PacketField.DestinationIsTranslated, 1),
        "proto-dst" when direction == "original" => Listed(PacketField.OriginalDestinationPort, demand),
        _ => FirewallCondition.Unclear(demand.Text),
    };

    private static FirewallCondition OfRoute(JsonElement fib, Demand demand)
    {
        bool isAboutDestination =
            TryGet(fib, "flags", out JsonElement flags) && Mentions(flags, "daddr") && !Mentions(flags, "saddr");
        return Word(fib, "result") switch
        {
            "type" when isAboutDestination && demand.IsWord("local") => demand.Flag(PacketField.DestinationIsLocal, 1),
            "type" when isAboutDestination && demand.IsWord("unicast") =>
                demand.Flag(PacketField.DestinationIsLocal, 0), // the address of another host
            "oif" or "oifname" => demand.OfDevice(), // the route back, which the administrator chose
            _ => FirewallCondition.Unclear(demand.Text),
        };
    }

    /// <summary>Returns the condition that a hash or a counter selects a number, one of those that it has.</summary>
    private FirewallCondition OfSelector(JsonElement selector, Demand demand)
    {
        uint count = Number(selector, "mod"), first = Number(selector, "offset");
        return values.Read(demand.Value)?.Only is { } number
            && number.First >= first
            && (ulong)number.Last < (ulong)first + count
                ? new FirewallCondition(PacketField.Selector, NumberSet.Of(number), demand.IsNegated, demand.Text)
                : FirewallCondition.Unclear(demand.Text);
    }

    private static uint Number(JsonElement value, string name) =>
        TryGet(value, name, JsonValueKind.Number, out JsonElement one) && one.TryGetUInt32(out uint number)
            ? number
            : 0;

    private FirewallCondition Listed(PacketField field, Demand demand) =>
        field != PacketField.Unclear && values.Read(demand.Value) is { } numbers
            ? new FirewallCondition(field, numbers, demand.IsNegated, demand.Text)
            : FirewallCondition.Unclear(demand.Text);

    /// <summary>Represents what a condition requires of a field.</summary>
    private readonly record struct Demand(JsonElement Value, string Sign, Func<string> Text)
    {
        public bool IsNegated => Sign == "!=";

        public bool IsWord(string word) => Value.ValueKind == JsonValueKind.String && Value.GetString() == word;

        public bool IsOnly(string word) => IsWord(word)
            || (Value.ValueKind == JsonValueKind.Array && Value.GetArrayLength() == 1 && Mentions(Value, word));

        public FirewallCondition Flag(PacketField field, uint value) =>
            FirewallCondition.Of(field, value, Text, IsNegated);

        public FirewallCondition OfDevice() => FirewallCondition.OfDevice(Text);
    }
}
