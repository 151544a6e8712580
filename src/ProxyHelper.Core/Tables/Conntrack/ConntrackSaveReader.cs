using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.Conntrack;

/// <summary>Reads lines of "conntrack -L -o save" and "conntrack -E -o save".</summary>
internal sealed class ConntrackSaveReader : LineTableReader
{
    /// <summary>Gets the form.</summary>
    public static TableFormat Format { get; } = new(NatSystem.Conntrack, "conntrack -o save")
    {
        Recognizes = head => ConntrackText.HasLine(head, IsOptions),
        CreateReader = () => new ConntrackSaveReader(),
        CreateIndex = () => new ExactIndex(),
    };

    /// <inheritdoc/>
    protected override void ReadLine(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        if (!IsOptions(line))
        {
            AddOther(line, rows);
            return;
        }

        var reader = new SavedOptionsReader(line);
        if (reader.TryRead(out ConntrackEntryValues values))
        {
            rows.Add(ConntrackText.RowOf(values, reader.Change, at: null, (Line, Line)));
            return;
        }

        TableFaultKind kind =
            reader.Fault == SavedLineFault.Cut ? TableFaultKind.Incomplete : TableFaultKind.Invalid;
        AddFault(rows, kind, line, SavedLineFaultText.Describe(reader.Fault, reader.FaultWord, reader.IsReply));
    }

    private void AddOther(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        if (TerminalText.HasPagerMark(line))
        {
            AddFault(rows, TableFaultKind.Paged, line, TerminalText.PagerReason);
        }
        else if (!ConntrackText.IsSilent(line))
        {
            AddFault(rows, TableFaultKind.Invalid, line, "the line does not start with -A, -U or -D");
        }
    }

    private static bool IsOptions(ReadOnlySpan<char> line) => line.TrimStart() is
        ['-', 'A' or 'I' or 'U' or 'D', ' ', '-', ..];
}
