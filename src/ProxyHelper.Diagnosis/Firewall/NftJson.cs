using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>Reads properties of JSON values that may be of any kind.</summary>
internal static class NftJson
{
    private const int MaxDescription = 100; // characters of a list, as a set can have many elements

    /// <summary>
    /// Parses a text. Texts in JSON can have characters that are not valid Unicode, and fail when they are read; such a
    /// text is not parsed.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> json, out JsonElement root)
    {
        root = default;
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
                _ = reader.ValueIsEscaped ? reader.GetString() : null;
            }

            bool isValid = Utf8.IsValid(json);
            root = isValid ? JsonElement.Parse(json) : default;
            return isValid;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

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
        JsonValueKind.Object when TryGet(value, "concat", JsonValueKind.Array, out JsonElement parts) =>
            string.Join(" . ", parts.EnumerateArray().Select(Describe)),
        JsonValueKind.Object when TryGet(value, "&", JsonValueKind.Array, out JsonElement terms) =>
            string.Join(" & ", terms.EnumerateArray().Select(DescribeBits)),
        JsonValueKind.Object => string.Join(' ', value.EnumerateObject().Select(DescribeProperty)),
        JsonValueKind.Array => DescribeList(value),
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };

    private static string DescribeBits(JsonElement bits) => bits.ValueKind == JsonValueKind.Array
        ? $"({string.Join(" | ", bits.EnumerateArray().Select(Describe))})"
        : Describe(bits);

    private static string DescribeList(JsonElement list)
    {
        var text = new StringBuilder("{ ");
        foreach (JsonElement element in list.EnumerateArray())
        {
            if (text.Length > MaxDescription)
            {
                return text.Append(", … }").ToString();
            }

            text.Append(text.Length > 2 ? ", " : string.Empty).Append(Describe(element));
        }

        return text.Append(" }").ToString();
    }

    // The name of such a property says nothing that its value does not say.
    private static string DescribeProperty(JsonProperty property) => property.Name switch
    {
        "meta" when Word(property.Value, "key") is "mark" or "length" or "priority" or "skuid" or "skgid" or "cgroup" =>
            $"meta {Describe(property.Value)}",
        "payload" or "meta" or "key" or "protocol" or "field" or "set" or "val" or "elem" => Describe(property.Value),
        _ => $"{property.Name} {Describe(property.Value)}",
    };
}
