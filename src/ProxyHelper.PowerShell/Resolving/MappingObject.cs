using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.PowerShell.Resolving;

/// <summary>
/// Reads mappings that a script returns: those of this module, those that came from another process, and objects or
/// hashtables with a protocol and four ends.
/// </summary>
internal static class MappingObject
{
    /// <summary>Reads a mapping.</summary>
    /// <returns>False when the object has no protocol or not all four ends.</returns>
    public static bool TryRead(PSObject value, [NotNullWhen(true)] out NatMapping? mapping)
    {
        mapping = value.BaseObject as NatMapping ?? Make(value);
        return mapping is not null;
    }

    private static RouterMapping? Make(PSObject value) =>
        TryReadProtocol(value, out IPProtocol protocol)
        && TryReadEnd(value, nameof(RouterMapping.OriginalSource), out TransportEndPoint originalSource)
        && TryReadEnd(value, nameof(RouterMapping.OriginalDestination), out TransportEndPoint originalDestination)
        && TryReadEnd(value, nameof(RouterMapping.TranslatedSource), out TransportEndPoint translatedSource)
        && TryReadEnd(value, nameof(RouterMapping.TranslatedDestination), out TransportEndPoint translatedDestination)
            ? new RouterMapping(ReadNamed<NatSystem>(value, nameof(NatMapping.System)))
            {
                Protocol = protocol,
                OriginalSource = originalSource,
                OriginalDestination = originalDestination,
                TranslatedSource = translatedSource,
                TranslatedDestination = translatedDestination,
                RoutingDomain = ReadText(value, nameof(RouterMapping.RoutingDomain)),
                Part = ReadText(value, "ReplyZone") is null or "0"
                    ? ReadPart(value)
                    : MappingPart.Static, // the kernel would not find an entry of another zone
            }
            : null;

    private static object? ValueOf(PSObject value, string name)
    {
        object? found = value.BaseObject is IDictionary table ? FindKey(table, name) : value.Properties[name]?.Value;
        return found is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : found;
    }

    private static object? FindKey(IDictionary table, string name) => table.Keys.OfType<string>()
        .Where(key => key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(key => table[key]).FirstOrDefault();

    private static string? ReadText(PSObject value, string name) =>
        ValueOf(value, name) is { } found ? Convert.ToString(found, CultureInfo.InvariantCulture) : null;

    private static T ReadNamed<T>(PSObject value, string name)
        where T : struct, Enum => Enum.TryParse(ReadText(value, name), ignoreCase: true, out T read) ? read : default;

    // Without a word about its part, a mapping is whole. A word that is unknown here is not taken for whole.
    private static MappingPart ReadPart(PSObject value) => ReadText(value, nameof(RouterMapping.Part)) is { } text
        ? Enum.TryParse(text, ignoreCase: true, out MappingPart part) ? part : MappingPart.Static
        : MappingPart.Whole;

    private static bool TryReadProtocol(PSObject value, out IPProtocol protocol)
    {
        protocol = default;
        string? text = ReadText(value, nameof(RouterMapping.Protocol));
        return text is not null && (ProtocolText.TryRead(text, out protocol)
            || (Enum.TryParse(text, ignoreCase: true, out protocol) && Enum.IsDefined(protocol)));
    }

    private static bool TryReadEnd(PSObject value, string name, out TransportEndPoint end)
    {
        object? found = ValueOf(value, name);
        string? text = found switch
        {
            TransportEndPoint known => known.ToString(),
            IPEndPoint known => new TransportEndPoint(known.Address, (ushort)known.Port).ToString(),
            string written => written,
            null => null,
            _ => TextOf(PSObject.AsPSObject(found)),
        };
        return TransportEndPoint.TryParse(text, out end);
    }

    // An end that came from another process has only properties.
    private static string? TextOf(PSObject end)
    {
        string? address = ReadText(end, nameof(TransportEndPoint.Address));
        string? port = ReadText(end, nameof(TransportEndPoint.Port));
        return address is null || port is null ? null
            : address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}"
            : $"{address}:{port}";
    }
}
