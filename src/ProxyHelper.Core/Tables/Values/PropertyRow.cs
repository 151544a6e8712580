using ProxyHelper.Mappings;
using ProxyHelper.Tables.MikroTik;
using ProxyHelper.Tables.Windows;

namespace ProxyHelper.Tables.Values;

/// <summary>
/// Makes mappings of objects with properties: the sessions of Get-NetNatSession, and the rows that REST or the API of
/// RouterOS returns.
/// </summary>
internal static class PropertyRow
{
    /// <summary>Reads an object.</summary>
    /// <param name="properties">The names and values. Other properties of the object are ignored.</param>
    /// <param name="mapping">Receives the mapping, or null after a fault.</param>
    /// <param name="fault">Receives the reason why the object is not a complete row.</param>
    /// <returns>False if the object is not a row of a known system.</returns>
    public static bool TryRead(
        IReadOnlyCollection<KeyValuePair<string, string?>> properties,
        out RouterMapping? mapping,
        out TableFault? fault)
    {
        var session = new WindowsSession();
        Add(properties, session.Values);
        if (session.Values.Count > 1)
        {
            mapping = session.ToMapping(out fault);
            return true;
        }

        var entry = new RouterOSEntry();
        Add(properties, entry.Values);
        mapping = entry.IsKnown ? entry.ToMapping(out fault) : Nothing(out fault);
        return entry.IsKnown;
    }

    private static RouterMapping? Nothing(out TableFault? fault)
    {
        fault = null;
        return null;
    }

    private static void Add(IEnumerable<KeyValuePair<string, string?>> properties, NamedValues values)
    {
        foreach ((string name, string? value) in properties)
        {
            values.Add(name, value);
        }
    }
}
