using System.Globalization;
using System.Text.Json;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;

namespace ProxyHelper.Tests.Tables.Samples;

/// <summary>Represents an entry of a sample.</summary>
/// <param name="item">The entry as the sample has it.</param>
internal sealed class ExpectedEntry(JsonElement item)
{
    // These say something about the sample, not about the entry.
    private static readonly string[] _remarks =
        ["lines", "note", "joins", "openedByReply", "icmpInferred", "directionUnknown", "status"];

    /// <summary>Gets the number of the first line.</summary>
    public int FirstLine => item.GetProperty("lines")[0].GetInt32();

    /// <summary>Gets the number of the last line, or of the first line of the second state.</summary>
    public int LastLine => item.GetProperty("lines")[1].GetInt32();

    /// <summary>Returns the values of a row that differ from the entry.</summary>
    public IEnumerable<string> Differences(TableRow row)
    {
        foreach (JsonProperty field in item.EnumerateObject().Where(field => !_remarks.Contains(field.Name)))
        {
            string? expected = TextOf(field.Value);
            string? actual = ValueOf(row, field.Name);
            if (!Same(row, field.Name, expected, actual))
            {
                yield return $"line {FirstLine}: {field.Name} is '{actual}', not '{expected}'";
            }
        }
    }

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(TextOf)),
        _ => value.GetRawText(),
    };

    private static bool Same(TableRow row, string name, string? expected, string? actual) => name switch
    {
        "originalSource" or "originalDestination" or "translatedSource" or "translatedDestination" =>
            actual == WithPort(expected)
            || (row.Mapping!.Ends.Protocol == IPProtocol.Gre && IsAddressOf(expected, actual)),
        "protocol" => Protocol(expected) == Protocol(actual),
        "state" when row.Mapping is ConntrackEntry entry =>
            actual == (expected is null ? null : $"{KernelStates.ForProtocol(entry.Protocol)!.FromName(expected)}"),
        "event" => row.IsHistory,
        _ => Plain(expected) == Plain(actual),
    };

    // Conntrack has the keys of GRE in place of ports.
    private static bool IsAddressOf(string? address, string? end) =>
        address is not null && end?.StartsWith($"{address}:", StringComparison.Ordinal) == true;

    private static IPProtocol? Protocol(string? text) =>
        text is null ? null
        : ProtocolText.TryRead(text, out IPProtocol protocol) ? protocol
        : throw new FormatException($"'{text}' is not a protocol.");

    private static string? Plain(string? text) => text?.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();

    // An end without a port has port 0.
    private static string? WithPort(string? end) =>
        end is null ? null
        : TransportEndPoint.TryParse(end, out TransportEndPoint known) ? known.ToString()
        : AddressText.TryRead(end, out System.Net.IPAddress? address) ? new TransportEndPoint(address, 0).ToString()
        : $"not an end: {end}";

    private static string? ValueOf(TableRow row, string name)
    {
        NatMapping mapping = row.Mapping!;
        MappingEnds ends = mapping.Ends;
        return name switch
        {
            "protocol" => ends.Protocol is { } protocol ? ProtocolText.Describe(protocol) : null,
            "originalSource" => ends.OriginalSource?.ToString(),
            "originalDestination" => ends.OriginalDestination?.ToString(),
            "translatedSource" => ends.TranslatedSource?.ToString(),
            "translatedDestination" => ends.TranslatedDestination?.ToString(),
            "timeoutSeconds" => mapping.TimeoutSeconds?.ToString(CultureInfo.InvariantCulture),
            "originalPackets" => mapping.OriginalPackets?.ToString(CultureInfo.InvariantCulture),
            "originalBytes" => mapping.OriginalBytes?.ToString(CultureInfo.InvariantCulture),
            "replyPackets" => mapping.ReplyPackets?.ToString(CultureInfo.InvariantCulture),
            "replyBytes" => mapping.ReplyBytes?.ToString(CultureInfo.InvariantCulture),
            _ when mapping is ConntrackEntry entry => ValueOf(entry, name),
            _ => ValueOf((RouterMapping)mapping, name),
        };
    }

    private static string? ValueOf(ConntrackEntry entry, string name) => name switch
    {
        "state" => entry.State?.ToString(),
        "id" => entry.Id?.ToString(CultureInfo.InvariantCulture),
        "mark" => entry.Mark?.ToString(CultureInfo.InvariantCulture),
        "zone" => entry.Zone.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private static string? ValueOf(RouterMapping mapping, string name) => name switch
    {
        "state" => mapping.State,
        "id" => mapping.Id,
        "vrf" => mapping.RoutingDomain,
        "direction" => mapping.Direction?.ToString(),
        "ageSeconds" => mapping.Age?.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        "mapping" => mapping.Part == MappingPart.Static ? "true" : "false",
        _ => Detail(mapping, name),
    };

    // A detail has the name of the router, such as "haState" or "ha-state".
    private static string? Detail(RouterMapping mapping, string name) => mapping.Details
        .Where(detail => string.Equals(
            detail.Key.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal),
            name,
            StringComparison.OrdinalIgnoreCase))
        .Select(detail => detail.Value)
        .FirstOrDefault();
}
