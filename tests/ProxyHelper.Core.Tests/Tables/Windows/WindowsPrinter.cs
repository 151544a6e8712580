using System.Globalization;
using System.Text;
using ProxyHelper.Addresses;

namespace ProxyHelper.Tests.Tables.Windows;

/// <summary>Prints sessions as PowerShell does for Get-NetNatSession.</summary>
internal sealed class WindowsPrinter(Random random)
{
    private const int NameWidth = 26; // ExternalDestinationAddress

    /// <summary>Prints Format-List. A value that is wider than the window goes on below its start.</summary>
    public string List(IReadOnlyList<GeneratedConnection> table, int width)
    {
        var text = new StringBuilder("PS C:\\> Get-NetNatSession | Format-List\n\n\n");
        int room = width - NameWidth - 3;
        foreach (GeneratedConnection row in table)
        {
            foreach ((string name, string value) in Properties(row))
            {
                string rest = value;
                text.Append(name.PadRight(NameWidth)).Append(" : ");
                while (rest.Length > room)
                {
                    text.Append(rest.AsSpan(0, room)).Append('\n').Append(' ', NameWidth + 3);
                    rest = rest[room..];
                }

                text.Append(rest).Append('\n');
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Prints ConvertTo-Json, in the form of all versions of PowerShell.</summary>
    public string Json(IReadOnlyList<GeneratedConnection> table, bool isIndented)
    {
        string line = isIndented ? "\r\n" : string.Empty;
        string[] rows = [.. table.Select(row => Object(row, line))];
        return rows.Length == 1 ? rows[0] : $"[{line}{string.Join($",{line}", rows)}{line}]{line}";
    }

    /// <summary>Prints Export-Clixml, of objects one by one or of one array.</summary>
    public string Clixml(IReadOnlyList<GeneratedConnection> table, bool isArray)
    {
        var text = new StringBuilder();
        text.Append("<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\n");
        text.Append(isArray ? "  <Obj RefId=\"9\">\n    <LST>\n" : string.Empty);
        string properties = random.Next(2) == 0 ? "Props" : "MS";
        for (int number = 0; number < table.Count; number++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  <Obj RefId=\"{number}\">\n    <TNRef RefId=\"0\" />\n");
            text.Append("    <ToString>MSFT_NetNatSession (NatName = \"a &lt; b\")</ToString>\n");
            text.Append(CultureInfo.InvariantCulture, $"    <{properties}>\n");
            foreach ((string name, string value) in Properties(table[number]))
            {
                string kind = name.EndsWith("Port", StringComparison.Ordinal) ? "U16" : "S";
                text.Append(CultureInfo.InvariantCulture, $"      <{kind} N=\"{name}\">{value}</{kind}>\n");
            }

            text.Append("      <Nil N=\"PSComputerName\" />\n");
            text.Append("      <Obj N=\"CimClass\" RefId=\"7\"><MS><S N=\"Protocol\">x</S></MS></Obj>\n");
            text.Append(CultureInfo.InvariantCulture, $"    </{properties}>\n  </Obj>\n");
        }

        text.Append(isArray ? "    </LST>\n  </Obj>\n" : string.Empty);
        return text.Append("</Objs>\n").ToString();
    }

    private string Object(GeneratedConnection row, string line)
    {
        IEnumerable<string> properties = Properties(row)
            .Select(pair => $"  \"{Case(pair.Name)}\": {Value(pair.Name, pair.Value)}")
            .Append("  \"CimClass\": {\"CimSuperClassName\": null, \"Protocol\": [1, {\"Protocol\": \"}\"}]}")
            .Append("  \"PSComputerName\": null");
        return $"{{{line}{string.Join($",{line}", properties)}{line}}}";
    }

    private string Value(string name, string value)
    {
        bool isNumber = name.EndsWith("Port", StringComparison.Ordinal) || name == "Protocol";
        return isNumber && int.TryParse(value, out _) && random.Next(2) == 0 ? value : $"\"{value}\"";
    }

    private string Case(string name) => random.Next(8) == 0 ? name.ToUpperInvariant() : name;

    private IEnumerable<(string Name, string Value)> Properties(GeneratedConnection row)
    {
        yield return ("NatName", "natnet");
        yield return ("InternalRoutingDomainId", "{00000000-0000-0000-0000-000000000000}");
        yield return ("CreationTime", "11/26/2026 12:00:01 PM");
        yield return ("Protocol", random.Next(2) == 0 ? Number(row) : Name(row));
        yield return ("InternalSourceAddress", row.OriginalSource.Address);
        yield return ("InternalSourcePort", Port(row.OriginalSource));
        yield return ("InternalDestinationAddress", row.OriginalDestination.Address);
        yield return ("InternalDestinationPort", Port(row.OriginalDestination));
        yield return ("ExternalSourceAddress", row.TranslatedSource.Address);
        yield return ("ExternalSourcePort", Port(row.TranslatedSource));
        yield return ("ExternalDestinationAddress", row.TranslatedDestination.Address);
        yield return ("ExternalDestinationPort", Port(row.TranslatedDestination));
    }

    private static string Port(TransportEndPoint end) => end.Port.ToString(CultureInfo.InvariantCulture);

    private static string Number(GeneratedConnection row) =>
        ((byte)row.Protocol).ToString(CultureInfo.InvariantCulture);

    private static string Name(GeneratedConnection row) => row.Protocol.ToString().ToUpperInvariant();
}
