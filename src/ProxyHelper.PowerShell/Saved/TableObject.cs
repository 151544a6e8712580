using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.Json;
using ProxyHelper.Mappings;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Recognizes objects that are rows of a table: the output of Get-NetNatSession, also from Import-Clixml, remoting or
/// ConvertFrom-Json, and the answer of RouterOS to Invoke-RestMethod. The names of properties have any case.
/// </summary>
internal static class TableObject
{
    private static readonly string[] _windows = ["InternalSourceAddress", "ExternalSourceAddress"];
    private static readonly string[] _routerOs = ["reply-src-address", "reply-dst-address", "src-address"];

    /// <summary>Returns the system whose table has the object, or null if the object is not a row of a table.</summary>
    public static NatSystem? SystemOf(object value, PSObject given) =>
        value is IConvertible ? null
        : HasAny(_windows, value, given) ? NatSystem.Windows
        : HasAny(_routerOs, value, given) ? NatSystem.MikroTik
        : null;

    /// <summary>Returns the object as JSON. Values that are not a text, a number or a name are left out.</summary>
    public static string ToJson(NatSystem system, object value, PSObject given)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach ((string name, string text) in Texts(value, given))
            {
                json.WriteString(system == NatSystem.MikroTik ? name.ToLowerInvariant() : name, text);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static bool HasAny(string[] names, object value, PSObject given) => value is IDictionary table
        ? table.Keys.OfType<string>().Any(key => names.Contains(key, StringComparer.OrdinalIgnoreCase))
        : names.Any(name => given.Properties[name] is not null);

    private static IEnumerable<(string Name, string Text)> Texts(object value, PSObject given) =>
        from pair in Values(value, given)
        let text = TextOf(pair.Value is PSObject wrapped ? wrapped.BaseObject : pair.Value)
        where text is not null
        select (pair.Name, text);

    private static IEnumerable<(string Name, object? Value)> Values(object value, PSObject given) =>
        value is IDictionary table
            ? table.Keys.OfType<string>().Select(key => (key, table[key]))
            : given.Properties.Where(one => one.IsGettable).Select(one => (one.Name, (object?)one.Value));

    private static string? TextOf(object? value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        IConvertible or System.Net.IPAddress => Convert.ToString(value, CultureInfo.InvariantCulture),
        _ => null,
    };
}
