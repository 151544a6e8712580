using System.Globalization;
using ProxyHelper.Mappings;
using ProxyHelper.Tables;

namespace ProxyHelper.Sources;

/// <summary>Makes the answer of a resolver of the look-up in a table.</summary>
internal static class TableAnswers
{
    /// <summary>
    /// Looks a connection up in a text that was read for one query. A text that is no table is a fault.
    /// </summary>
    public static ResolverAnswer ToResolverAnswer(NatTable table, in MappingQuery query) =>
        IsNoTable(table)
            ? ResolverAnswer.FromFault(ResolverFault.WrongType, $"the text is no NAT table: {DescribeFault(table)}")
            : Find(table, query);

    /// <summary>Looks a connection up in a table.</summary>
    public static ResolverAnswer Find(NatTable table, in MappingQuery query)
    {
        TableAnswer answer = table.Find(query);
        return answer.Reason switch
        {
            TableAnswerReason.Found when LacksRedirection(answer.Mapping!) =>
                NotFound("IPFilter has no session that redirects a connection to this destination"),
            TableAnswerReason.Found => new ResolverAnswer([answer.Mapping!]),
            TableAnswerReason.Ambiguous => ResolverAnswer.FromFault(
                ResolverFault.Ambiguous, "several mappings of the table fit, and they differ"),
            TableAnswerReason.Paged => ResolverAnswer.FromFault(
                ResolverFault.Failed, "a pager may have swallowed the mapping. Turn the pager of the router off"),
            TableAnswerReason.History => ResolverAnswer.FromFault(
                ResolverFault.Failed, "the text reports past events, and not the present mappings"),
            TableAnswerReason.Half => NotFound("the table has only one half of the connection"),
            TableAnswerReason.Static => NotFound("only a static mapping fits, which is no connection"),
            TableAnswerReason.NoProtocol => NotFound("the table does not show the protocol of the mapping"),
            _ when DescribeFaults(table) is { } faults => ResolverAnswer.FromFault(ResolverFault.Failed, faults),
            _ => ResolverAnswer.NotFound,
        };
    }

    /// <summary>Returns whether a text has faults and no mapping, so that the text is no table.</summary>
    public static bool IsNoTable(NatTable table) => table is { Count: 0, FaultCount: > 0 };

    /// <summary>Returns words about the faults in the text of a table, or null for a text without faults.</summary>
    public static string? DescribeFaults(NatTable table) => table.FaultCount switch
    {
        0 => null,
        1 => $"the table has a fault: {DescribeFault(table)}",
        int count => string.Create(
            CultureInfo.InvariantCulture, $"the table has {count} faults, the first one is {DescribeFault(table)}"),
    };

    // A single MAP is a whole connection if IPFilter did not translate its destination. The destination that a helper
    // looks up is its proxy, to which only a redirection leads, so that the session of the redirection is missing.
    private static bool LacksRedirection(NatMapping mapping) =>
        mapping.System == NatSystem.IPFilter && !mapping.NatType.HasFlag(NatType.Destination);

    private static ResolverAnswer NotFound(string reason) => new([], ResolverFault.None, reason);

    private static string DescribeFault(NatTable table)
    {
        TableRow first = table.Faults[0];
        return string.Create(CultureInfo.InvariantCulture, $"line {first.FirstLine}: {first.Fault!.Reason}");
    }
}
