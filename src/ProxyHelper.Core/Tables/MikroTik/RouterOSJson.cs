using ProxyHelper.Mappings;
using ProxyHelper.Tables.Json;

namespace ProxyHelper.Tables.MikroTik;

/// <summary>
/// Describes the JSON of /rest/ip/firewall/connection, and of programs that read the API. All values can be text. An
/// error is an object, too.
/// </summary>
internal static class RouterOSJson
{
    /// <summary>Gets the form.</summary>
    public static TableFormat Format { get; } = new(NatSystem.MikroTik, "/rest/ip/firewall/connection")
    {
        Recognizes = head => JsonTableReader.IsJson(head) && HasName(head),
        CreateReader = CreateReader,
        CreateIndex = () => new ExactIndex(),
    };

    private static JsonTableReader CreateReader()
    {
        var entry = new RouterOSEntry();
        return new JsonTableReader(entry.Values, entry.ToMapping);
    }

    private static bool HasName(ReadOnlySpan<char> head) =>
        head.Contains("\"src-address\"", StringComparison.Ordinal)
        || head.Contains("\"reply-dst-address\"", StringComparison.Ordinal)
        || head.Contains("\"reply-src-address\"", StringComparison.Ordinal)
        || (head.Contains("\"error\"", StringComparison.Ordinal)
            && head.Contains("\"message\"", StringComparison.Ordinal))
        || IsEmptyArray(head);

    // A filter of REST that finds nothing gives an empty array.
    private static bool IsEmptyArray(ReadOnlySpan<char> head) =>
        head.Trim() is ['[', .. var inner, ']'] && inner.IsWhiteSpace();
}
