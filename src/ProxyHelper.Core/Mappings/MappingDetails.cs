using System.Collections.ObjectModel;

namespace ProxyHelper.Mappings;

/// <summary>Represents further values of a row, by the router's own names. As text, they are on one line.</summary>
public sealed class MappingDetails : ReadOnlyDictionary<string, string>
{
    private MappingDetails(IDictionary<string, string> values)
        : base(values)
    {
    }

    /// <summary>Gets no values.</summary>
    internal static new MappingDetails Empty { get; } = new(new Dictionary<string, string>());

    /// <summary>Returns the values as text, such as "anchor=4, gateway=10.0.0.1".</summary>
    public override string ToString() => string.Join(", ", this.Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>Returns values as this type.</summary>
    internal static MappingDetails Of(IReadOnlyDictionary<string, string> values) =>
        values as MappingDetails
        ?? new MappingDetails(values as IDictionary<string, string> ?? values.ToDictionary());
}
