using System.Globalization;
using System.Management.Automation;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;

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

    public static ErrorRecord MappingNotFound(
        MappingQuery query, TableAnswerReason reason, long mappings, IReadOnlyList<NatSystem> systems) => Errors.Make(
        new ItemNotFoundException(
            $"No answer for {query} in the saved table: {SavedReason.Describe(reason, mappings)}."),
        ErrorCategory.ObjectNotFound,
        query,
        SavedReason.Advise(query, reason, systems));

    public static ErrorRecord EndMissing(string parameter) => Errors.Make(
        new ArgumentException($"-{parameter} is missing: a look-up needs both ends."),
        ErrorCategory.InvalidArgument,
        parameter,
        "Give -Source and -Destination together. To list the mappings of one end, use -TranslatedSource or "
            + "-TranslatedDestination.");

    /// <param name="system">The system of the table.</param>
    /// <param name="filter">The filter, and why it cannot select rows.</param>
    /// <param name="next">What helps if the filter is needed, or null if nothing does.</param>
    public static ErrorRecord FilterNotApplicable(
        NatSystem system, UnusableFilter filter, string? next = null) => Errors.Make(
        new ArgumentException($"{filter.Parameter} cannot select {SystemWords.Of(system).Row}: {filter.Reason}."),
        ErrorCategory.InvalidArgument,
        system,
        next is null ? "Leave the filter out." : $"Leave the filter out, or save the table again. {next}");

    public static ErrorRecord SavedLineInvalid(string place, TableFault fault, SystemWords words) => Errors.Make(
        new FormatException(Describe(place, fault, words)),
        ErrorCategory.ParserError,
        fault.Text.Length > 0 ? fault.Text : place,
        words.Advice);

    public static ErrorRecord SavedFormWrong(string place, TableFault fault, SystemWords words) => Errors.Make(
        new FormatException(Describe(place, fault, words)),
        ErrorCategory.InvalidData,
        fault.Text.Length > 0 ? fault.Text : place,
        words.Advice);

    public static ErrorRecord SavedFileUnreadable(string path, Exception cause) => Errors.Make(
        new IOException($"The saved table cannot be read. {cause.Message}", cause),
        ErrorCategory.ReadError,
        path,
        "Give a file with the NAT table of a router, such as 'conntrack -L > FILE' or 'pfctl -ss -vv > FILE' wrote.");

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

    public static ErrorRecord StateUnknown(StateName state) => Errors.Make(
        new ArgumentException(
            $"'{state}' is not a state of a conntrack entry. The states are "
                + $"{string.Join(", ", Enum.GetNames<ConnectionState>())}."),
        ErrorCategory.InvalidArgument,
        state,
        "Give one of these states, such as Established.");

    public static ErrorRecord IdNotOfKernel(MappingId id) => Errors.Make(
        new ArgumentException(
            $"'{id}' is not the id of a conntrack entry: it is not a whole number from 0 to {uint.MaxValue}."),
        ErrorCategory.InvalidArgument,
        id,
        "Give the value of the property Id of a mapping, such as 1461665074.");

    private static string Describe(string place, TableFault fault, SystemWords words) =>
        $"{place} {(place.StartsWith("Lines", StringComparison.Ordinal) ? "are" : "is")} not {words.Row}: "
        + $"{fault.Reason}. {PrintableText.From(fault.Text, 500)}";

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
