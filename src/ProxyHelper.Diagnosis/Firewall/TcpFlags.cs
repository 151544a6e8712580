using System.Text.Json;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Reads conditions about the flags of a TCP header, as nft and iptables write them.</summary>
internal static class TcpFlags
{
    /// <summary>The flags of the first packet of a connection.</summary>
    public const uint Syn = 0x02;

    /// <summary>The flags of a packet with data.</summary>
    public const uint Ack = 0x10;

    private const uint All = 0xFF;

    private static readonly string[] _names = ["fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"];

    /// <summary>Reads a condition of nft.</summary>
    /// <param name="left">The flags, or the flags and a mask.</param>
    /// <param name="sign">The operator. "in" means that one of the flags is set, "!" that none of them is.</param>
    /// <param name="right">The flags to compare with.</param>
    /// <returns>
    /// The bytes of flags that meet the condition, or null if the condition is not understood or not about flags.
    /// </returns>
    public static NumberSet? ReadNft(JsonElement left, string sign, JsonElement right)
    {
        uint? mask = All;
        if (NftJson.TryGet(left, "&", JsonValueKind.Array, out JsonElement terms) && terms.GetArrayLength() == 2)
        {
            (left, mask) = (terms[0], Read(terms[1]));
        }

        bool isFlags = NftJson.TryGet(left, "payload", out JsonElement payload)
            && NftJson.Word(payload, "protocol") == "tcp" && NftJson.Word(payload, "field") == "flags";
        return !isFlags || mask is not { } bits || Read(right) is not { } value ? null : sign switch
        {
            "==" => Where(flags => (flags & bits) == value),
            "!=" => Where(flags => (flags & bits) != value),
            "in" => Where(flags => (flags & bits & value) != 0),
            "!" => Where(flags => (flags & bits & value) == 0),
            _ => null,
        };
    }

    /// <summary>Reads the mask and the flags after --tcp-flags, such as "FIN,SYN,RST,ACK SYN".</summary>
    /// <returns>The bytes of flags that meet the condition, or null if the text is not understood.</returns>
    public static NumberSet? ReadIptables(string text) =>
        text.Split(' ') is [var first, var second] && ReadList(first) is { } mask && ReadList(second) is { } value
            ? Where(flags => (flags & mask) == value)
            : null;

    private static uint? ReadList(string text) => text switch
    {
        "ALL" => 0x3F, // iptables knows six flags
        "NONE" => 0,
        _ => Join(text.Split(',').Select(name => Bit(name.ToLowerInvariant()))),
    };

    private static uint? Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Bit(value.GetString()!),
        JsonValueKind.Number when value.TryGetUInt32(out uint number) && number <= All => number,
        JsonValueKind.Array => Join(value.EnumerateArray().Select(Read)),
        JsonValueKind.Object when NftJson.TryGet(value, "|", JsonValueKind.Array, out JsonElement flags) =>
            Join(flags.EnumerateArray().Select(Read)),
        _ => null,
    };

    private static uint? Join(IEnumerable<uint?> flags) =>
        flags.Aggregate((uint?)0, (joined, flag) => joined | flag); // Null if one of the flags is unknown.

    private static uint? Bit(string name) =>
        Array.IndexOf(_names, name) is var index and >= 0 ? 1u << index : null;

    private static NumberSet Where(Func<uint, bool> isMet) => NumberSet.Of(
        [.. Enumerable.Range(0, (int)All + 1).Select(flags => (uint)flags).Where(isMet)
            .Select(flags => new NumberRange(flags))]);
}
