using System.Globalization;
using System.Management.Automation;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.PowerShell;

/// <summary>Makes the error records about mappings, end points and saved tables.</summary>
internal static class MappingErrors
{
    public static ErrorRecord MappingNotFound(
        ConntrackTuple tuple,
        bool isOriginal,
        IReadOnlyList<ushort> zones,
        ConntrackStatistics statistics) => Errors.Make(
        new ItemNotFoundException(
            $"No connection{InZones(zones)} has the {(isOriginal ? "original" : "translated")} ends {tuple}. "
                + Fill(statistics)),
        ErrorCategory.ObjectNotFound,
        tuple,
        "Check that -Source and -Destination are not swapped, and that both are the translated source and "
            + "destination. Try another -Zone or -Protocol. 'Get-NatMapping' lists all mappings.");

    public static ErrorRecord MappingGone(ConntrackEntry mapping) => Errors.Make(
        new ItemNotFoundException($"The mapping no longer exists, so nothing was removed: {Describe(mapping)}."),
        ErrorCategory.ObjectNotFound,
        mapping,
        "No action is needed. If a new connection has the same ends, 'Get-NatMapping' shows it with another Id.");

    public static ErrorRecord MappingEnded(ConntrackEntry mapping) => Errors.Make(
        new ItemNotFoundException($"The mapping no longer exists: {mapping.Original} ({IdAndZone(mapping)})."),
        ErrorCategory.ObjectNotFound,
        mapping,
        "The connection has ended. If a new connection has the same ends, "
            + $"'Get-NatMapping -OriginalSource {mapping.OriginalSource}' shows it.");

    public static ErrorRecord MappingWithoutId(ConntrackEntry mapping) => Errors.Make(
        new ArgumentException(
            $"The mapping has no id, so another connection with the same ends could be removed: {mapping}."),
        ErrorCategory.InvalidArgument,
        mapping,
        "Get it from the kernel: Get-NatMapping -OriginalSource … -OriginalDestination … | Remove-NatMapping.");

    public static ErrorRecord SavedLineInvalid(int number, string line, string fault) => Errors.Make(
        new FormatException($"Line {number} is not a conntrack entry: {fault}. {PrintableText.From(line, 500)}"),
        ErrorCategory.ParserError,
        line,
        "Use the output of 'conntrack -L', also with '-o extended,id,ktimestamp', or of /proc/net/nf_conntrack. "
            + "The formats '-o xml' and '-o save' cannot be read.");

    public static ErrorRecord SavedFileUnreadable(string path, Exception cause) => Errors.Make(
        new IOException($"The saved table cannot be read. {cause.Message}", cause),
        ErrorCategory.ReadError,
        path,
        "Give a file that 'conntrack -L > FILE' or 'cat /proc/net/nf_conntrack > FILE' wrote.");

    public static ErrorRecord MixedFamilies(TransportEndPoint source, TransportEndPoint destination) => Errors.Make(
        new ArgumentException($"{source} and {destination} are of different address families."),
        ErrorCategory.InvalidArgument,
        source,
        "Give two IPv4 or two IPv6 end points.");

    public static ErrorRecord MappingNotAskable(ConntrackTuple ends, ConntrackEntry? target) => Errors.Make(
        new ArgumentException($"{ends} was skipped: smtp-gated's protocol only knows TCP over IPv4."),
        ErrorCategory.InvalidArgument,
        target ?? (object)$"{ends}",
        "Select the mappings: Get-NatMapping -Protocol Tcp -OriginalSource 0.0.0.0/0 | Test-ProxyHelper. "
            + "For a file: Import-Csv FILE | Where-Object Protocol -eq Tcp | Test-ProxyHelper.");

    public static ErrorRecord EndPointNotIPv4(TransportEndPoint endPoint) => Errors.Make(
        new ArgumentException(
            $"{endPoint} is not an IPv4 end point: smtp-gated's protocol only carries IPv4 addresses."),
        ErrorCategory.InvalidArgument,
        endPoint,
        "Give IPv4 end points.");

    private static string InZones(IReadOnlyList<ushort> zones) =>
        zones.Count == 0 ? string.Empty : $" in zone {string.Join(" or ", zones)}";

    private static string Describe(ConntrackEntry mapping) => $"{mapping} ({IdAndZone(mapping)})";

    private static string IdAndZone(ConntrackEntry mapping) =>
        $"{(mapping.Id is { } id ? $"id {id}, " : string.Empty)}{mapping.ZoneText}";

    private static string Fill(ConntrackStatistics statistics) => statistics.Entries == 0
        ? "The table is empty. Check that a firewall rule of this network namespace uses connection tracking."
        : $"The table has {statistics.Entries} of {Text(statistics.Maximum)} entries.";

    private static string Text(uint? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "?";
}
