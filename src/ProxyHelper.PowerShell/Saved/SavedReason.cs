using ProxyHelper.Mappings;
using ProxyHelper.Tables;

namespace ProxyHelper.PowerShell;

/// <summary>Says why a look-up in a saved table has no answer, and what to do.</summary>
internal static class SavedReason
{
    /// <summary>Returns the reason in a few words.</summary>
    public static string Describe(TableAnswerReason reason, long mappings) => reason switch
    {
        TableAnswerReason.Ambiguous => "several mappings fit, with different original ends",
        TableAnswerReason.Half =>
            "the table has only one half of the connection, so its original ends are not proven",
        TableAnswerReason.Static => "only a configured translation fits, which is no connection",
        TableAnswerReason.NoProtocol => "a mapping fits, but the table does not show its protocol",
        TableAnswerReason.History => "the text lists past events, and no event proves that a connection exists",
        TableAnswerReason.Paged => "the text went through a pager, which can have swallowed the mapping",
        _ => $"no mapping has these translated ends. The table has {mappings} mappings",
    };

    /// <summary>Returns the next step.</summary>
    public static string Advise(
        in MappingQuery query, TableAnswerReason reason, IReadOnlyList<NatSystem> systems)
    {
        string save = string.Join(" ", systems.Select(system => SystemWords.Of(system).Advice));
        return reason switch
        {
            TableAnswerReason.Ambiguous =>
                $"List the mappings that fit: Get-NatMapping -Path FILE -TranslatedDestination {query.Destination} "
                + "-Unjoined. If they belong to several routing domains, give -RoutingDomain.",
            TableAnswerReason.Half =>
                "Save the states of all interfaces with one command. If pf skips the inside interface and redirects "
                + $"no connection there, use -InsideSkipped. {save}",
            TableAnswerReason.Static =>
                "The connection has ended, or the table was saved before it began. Save the table again.",
            TableAnswerReason.History => "Save the present entries: 'conntrack -L > FILE'.",
            TableAnswerReason.NoProtocol or TableAnswerReason.Paged => save,
            _ => "Check that -Source and -Destination are not swapped, and that both are the translated source and "
                + "destination. Try another -Protocol. Without them, the cmdlet lists all mappings of the table.",
        };
    }
}
