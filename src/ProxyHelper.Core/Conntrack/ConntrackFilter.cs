using System.Globalization;
using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.Conntrack;

/// <summary>
/// Represents the entries that match. An entry must match every property that is set. If a property has several values,
/// the entry must match one of them.
/// </summary>
public sealed record ConntrackFilter
{
    /// <summary>Gets a filter that every entry matches.</summary>
    public static ConntrackFilter Everything { get; } = new();

    /// <summary>Gets the original sources that match.</summary>
    public IReadOnlyList<EndPointPattern> OriginalSources { get; init; } = [];

    /// <summary>Gets the original destinations that match.</summary>
    public IReadOnlyList<EndPointPattern> OriginalDestinations { get; init; } = [];

    /// <summary>Gets the translated sources that match.</summary>
    public IReadOnlyList<EndPointPattern> TranslatedSources { get; init; } = [];

    /// <summary>Gets the translated destinations that match.</summary>
    public IReadOnlyList<EndPointPattern> TranslatedDestinations { get; init; } = [];

    /// <summary>Gets the ports that match. One of the four ends must have one of these ports.</summary>
    public IReadOnlyList<ushort> Ports { get; init; } = [];

    /// <summary>Gets the protocols above IP that match.</summary>
    public IReadOnlyList<IPProtocol> Protocols { get; init; } = [];

    /// <summary>Gets the types of NAT that match.</summary>
    public IReadOnlyList<NatType> NatTypes { get; init; } = [];

    /// <summary>Gets the states that match. An entry without a state does not match.</summary>
    public IReadOnlyList<ConnectionState> States { get; init; } = [];

    /// <summary>
    /// Gets the conntrack zones that match. The original or the reply direction must be in one of these zones.
    /// </summary>
    public IReadOnlyList<ushort> Zones { get; init; } = [];

    /// <summary>Gets the ids that match.</summary>
    public IReadOnlyList<uint> Ids { get; init; } = [];

    /// <summary>Gets the marks that match. Null matches any mark.</summary>
    public MarkPattern? Mark { get; init; }

    /// <summary>Gets the status bits that must all be set.</summary>
    public ConntrackStatus Status { get; init; }

    /// <summary>Returns whether an entry matches.</summary>
    public bool Matches(ConntrackEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return HasValue(Protocols, entry.Protocol)
            && HasEnd(OriginalSources, entry.OriginalSource)
            && HasEnd(OriginalDestinations, entry.OriginalDestination)
            && HasEnd(TranslatedSources, entry.TranslatedSource)
            && HasEnd(TranslatedDestinations, entry.TranslatedDestination)
            && (Ports.Count == 0 || HasPort(entry))
            && (NatTypes.Count == 0 || NatTypes.Contains(entry.NatType))
            && (States.Count == 0 || (entry.State is { } state && States.Contains(state)))
            && (HasValue(Zones, entry.OriginalZone) || HasValue(Zones, entry.ReplyZone))
            && (Ids.Count == 0 || (entry.Id is { } id && Ids.Contains(id)))
            && (Mark is not { } mark || mark.Matches(entry.Mark))
            && (entry.Status & Status) == Status;
    }

    /// <summary>Returns whether one of the patterns matches an end. Without a pattern, each end matches.</summary>
    internal static bool HasEnd(IReadOnlyList<EndPointPattern> patterns, TransportEndPoint end)
    {
        for (int i = 0; i < patterns.Count; i++)
        {
            if (patterns[i].Matches(end))
            {
                return true;
            }
        }

        return patterns.Count == 0;
    }

    private static bool HasValue<T>(IReadOnlyList<T> values, T value) => values.Count == 0 || values.Contains(value);

    private bool HasPort(ConntrackEntry entry) =>
        Ports.Contains(entry.OriginalSource.Port)
        || Ports.Contains(entry.OriginalDestination.Port)
        || Ports.Contains(entry.TranslatedSource.Port)
        || Ports.Contains(entry.TranslatedDestination.Port);
}

/// <summary>Represents the marks that match: one value, or a value of some bits.</summary>
/// <param name="Value">The value of the compared bits.</param>
/// <param name="Mask">The bits that are compared.</param>
public readonly record struct MarkPattern(uint Value, uint Mask)
{
    /// <summary>Parses a mark such as 16, 0x10 or 0x10/0xff.</summary>
    /// <exception cref="FormatException">Thrown when the text is not a mark. The message shows examples.</exception>
    public static MarkPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        int slash = rest.IndexOf('/');
        uint mask = uint.MaxValue;
        if (!TryReadNumber(slash < 0 ? rest : rest[..slash], out uint value)
            || (slash >= 0 && !TryReadNumber(rest[(slash + 1)..], out mask)))
        {
            throw new FormatException(
                $"'{text}' is not a mark. Write a number or a number and a mask, such as 16, 0x10 or 0x10/0xff.");
        }

        return (value & ~mask) == 0
            ? new MarkPattern(value, mask)
            : throw new FormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"'{text}' has bits outside its mask. Did you mean 0x{value & mask:x}/0x{mask:x}?"));
    }

    /// <summary>Returns whether a mark matches. Null, from a kernel without marks, never matches.</summary>
    public bool Matches(uint? mark) => mark is { } present && (present & Mask) == Value;

    /// <summary>Returns the pattern as text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Mask == uint.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"0x{Value:x}")
        : string.Create(CultureInfo.InvariantCulture, $"0x{Value:x}/0x{Mask:x}");

    private static bool TryReadNumber(ReadOnlySpan<char> text, out uint number) =>
        NumberText.TryRead(text, out number) || NumberText.TryReadHex(text, out number);
}
