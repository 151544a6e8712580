using ProxyHelper.Mappings;
using ProxyHelper.PowerShell.Commands;
using ProxyHelper.Tables;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Collects the answers of several tables to a look-up, and writes the mapping, or one error with the reason. An answer
/// is only an answer if no table gives another one.
/// </summary>
/// <param name="command">The cmdlet that writes the mapping.</param>
internal sealed class SavedAnswers(ProxyHelperCommand command)
{
    private readonly Dictionary<MappingQuery, TableAnswer> _answers = [];
    private readonly HashSet<NatSystem> _systems = [];
    private long _mappings;
    private long _faults;

    /// <summary>Looks connections up in a table.</summary>
    public void Add(NatTable table, IReadOnlyList<MappingQuery> queries)
    {
        _mappings += table.Count;
        _faults += table.FaultCount;
        if (table.System is { } system)
        {
            _systems.Add(system);
        }

        foreach (MappingQuery query in queries)
        {
            TableAnswer answer = table.Find(query);
            _answers[query] = _answers.TryGetValue(query, out TableAnswer earlier) ? Combine(earlier, answer) : answer;
        }
    }

    /// <summary>Writes the mappings that were found, or an error.</summary>
    /// <param name="filter">The filters. A mapping that does not match them is not written.</param>
    public void Write(RowFilter filter)
    {
        if (_answers.Count == 0)
        {
            return;
        }

        if (_faults > 0)
        {
            command.WriteWarning(
                $"The look-up knows only a part of the table: lines that could not be read: {_faults}. Another mapping "
                + "with the same ends may be among them.");
        }

        NatMapping[] found = [.. _answers.Values.Select(answer => answer.Mapping).OfType<NatMapping>()];
        command.WriteObject(found.Where(filter.Matches), enumerateCollection: true);
        if (found.Length == 0)
        {
            (MappingQuery query, TableAnswer answer) = _answers.MaxBy(pair => Weight(pair.Value.Reason));
            command.WriteError(MappingErrors.MappingNotFound(query, answer.Reason, _mappings, [.. _systems]));
        }
    }

    private static TableAnswer Combine(TableAnswer one, TableAnswer other)
    {
        if (one.Mapping is { } first && other.Mapping is { } second)
        {
            return first.Ends == second.Ends ? one : new TableAnswer(TableAnswerReason.Ambiguous);
        }

        return Weight(one.Reason) >= Weight(other.Reason) ? one : other;
    }

    // A table that has a part of the connection contradicts the answer of another table.
    private static int Weight(TableAnswerReason reason) => reason switch
    {
        TableAnswerReason.NotFound => 0,
        TableAnswerReason.History => 1,
        TableAnswerReason.Static => 2,
        TableAnswerReason.Paged => 3,
        TableAnswerReason.Found => 4,
        TableAnswerReason.NoProtocol => 5,
        TableAnswerReason.Half => 6,
        _ => 7,
    };
}
