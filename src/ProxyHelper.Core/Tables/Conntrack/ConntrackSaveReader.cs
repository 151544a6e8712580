using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.Conntrack;

/// <summary>Reads lines of "conntrack -L -o save" and "conntrack -E -o save".</summary>
internal sealed class ConntrackSaveReader : LineTableReader
{
    private TableRow? _held; // until the next line, which can have the rest of the last port

    /// <summary>Gets the form.</summary>
    public static TableFormat Format { get; } = new(NatSystem.Conntrack, "conntrack -o save")
    {
        Recognizes = TableFormat.AnyLine(IsOptions),
        CreateReader = () => new ConntrackSaveReader(),
        CreateIndex = () => new ExactIndex(),
    };

    /// <inheritdoc/>
    protected override void FinishTable(ICollection<TableRow> rows) => Flush(rows);

    /// <inheritdoc/>
    protected override void ReadLine(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        if (_held is not null && line is [>= '0' and <= '9', ..])
        {
            _held = null;
            AddFault(rows, TableFaultKind.Incomplete, line, TerminalText.WrapReason);
            return;
        }

        Flush(rows);
        if (!IsOptions(line))
        {
            AddOther(line, rows);
            return;
        }

        var reader = new SavedOptionsReader(line);
        bool isEntry = reader.TryRead(out ConntrackEntryValues values);
        bool mayBeCut = isEntry && LacksLineEnd && !reader.HasEnd;
        if (isEntry && !mayBeCut)
        {
            _held = ConntrackText.RowOf(values, reader.Change, at: null, (Line, Line));
            if (reader.HasEnd || reader.Change is not null)
            {
                Flush(rows);
            }

            return;
        }

        SavedLineFault fault = mayBeCut ? SavedLineFault.Cut : reader.Fault;
        TableFaultKind kind = fault == SavedLineFault.Cut ? TableFaultKind.Incomplete : TableFaultKind.Invalid;
        string reason = SavedLineFaultText.Describe(fault, reader.FaultWord, reader.IsReply);
        AddFault(rows, kind, line, reason, isHistory: reader.Change is not null);
    }

    private void Flush(ICollection<TableRow> rows)
    {
        if (_held is { } row)
        {
            rows.Add(row);
            _held = null;
        }
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
