using ProxyHelper.Mappings;
using ProxyHelper.Tables.Cisco;
using ProxyHelper.Tables.Conntrack;
using ProxyHelper.Tables.IPFilter;
using ProxyHelper.Tables.Junos;
using ProxyHelper.Tables.MikroTik;
using ProxyHelper.Tables.Pf;
using ProxyHelper.Tables.Windows;

namespace ProxyHelper.Tables;

/// <summary>Lists the forms of tables that are read. A new form needs a line here.</summary>
internal static class TableFormats
{
    /// <summary>
    /// Gets the forms. For each system, the first one is the form that is used if the text shows no form of the system.
    /// </summary>
    public static IReadOnlyList<TableFormat> All { get; } =
    [
        ConntrackLineReader.Format,
        ConntrackSaveReader.Format,
        ConntrackXmlReader.Format,
        JunosTextReader.Format,
        JunosXmlReader.Format,
        PfReader.Format,
        RouterOSTextReader.Format,
        RouterOSJson.Format,
        FormatListReader.Format,
        WindowsJson.Format,
        ClixmlReader.Format,
        IPFilterReader.Format,
        CiscoReader.Format,
    ];

    /// <summary>Returns the forms of a system, or all forms for null.</summary>
    public static IReadOnlyList<TableFormat> Of(NatSystem? system) =>
        system is null ? All : [.. All.Where(format => format.System == system)];
}
