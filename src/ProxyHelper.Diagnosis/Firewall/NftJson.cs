using System.Text.Json;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Reads properties of JSON values that may be of any kind.</summary>
internal static class NftJson
{
    /// <summary>Gets a property of a value that may be no object.</summary>
    public static bool TryGet(JsonElement parent, string name, out JsonElement value)
    {
        value = default;
        return parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out value);
    }

    /// <summary>Gets a property that must have a kind.</summary>
    public static bool TryGet(JsonElement parent, string name, JsonValueKind kind, out JsonElement value) =>
        TryGet(parent, name, out value) && value.ValueKind == kind;

    /// <summary>Returns the text of a property, or an empty text if the value has no such property.</summary>
    public static string Word(JsonElement parent, string name) =>
        TryGet(parent, name, JsonValueKind.String, out JsonElement word) ? word.GetString()! : string.Empty;

    /// <summary>Returns whether a value is a word, or a set or list that has the word.</summary>
    public static bool Mentions(JsonElement value, string word) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() == word,
        JsonValueKind.Array => value.EnumerateArray().Any(element => Mentions(element, word)),
        JsonValueKind.Object => TryGet(value, "set", JsonValueKind.Array, out JsonElement set) && Mentions(set, word),
        _ => false,
    };

    /// <summary>Returns a value in words, much as nft writes it: all its names and numbers.</summary>
    public static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object when TryGet(value, "prefix", out JsonElement prefix)
            && TryGet(prefix, "addr", out JsonElement address)
            && TryGet(prefix, "len", out JsonElement length) => $"{Describe(address)}/{Describe(length)}",
        JsonValueKind.Object when TryGet(value, "range", JsonValueKind.Array, out JsonElement range) =>
            string.Join('-', range.EnumerateArray().Select(Describe)),
        JsonValueKind.Object => string.Join(' ', value.EnumerateObject().Select(DescribeProperty)),
        JsonValueKind.Array => $"{{ {string.Join(", ", value.EnumerateArray().Select(Describe))} }}",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };

    // The name of such a property says nothing that its value does not say.
    private static string DescribeProperty(JsonProperty property) =>
        property.Name is "payload" or "meta" or "key" or "protocol" or "field" or "set" or "val" or "elem"
            ? Describe(property.Value)
            : $"{property.Name} {Describe(property.Value)}";
}
