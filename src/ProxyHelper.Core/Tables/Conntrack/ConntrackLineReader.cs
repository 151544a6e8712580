using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.Conntrack;

/// <summary>Reads lines of "conntrack -L", "conntrack -E" and /proc/net/nf_conntrack.</summary>
internal sealed class ConntrackLineReader : LineTableReader
{
    /// <summary>Gets the form.</summary>
    public static TableFormat Format { get; } = new(NatSystem.Conntrack, "conntrack -L")
    {
        Recognizes = TableFormat.AnyLine(line => SavedEntry.TryRead(line, out _, out _)),
        CreateReader = () => new ConntrackLineReader(),
        CreateIndex = () => new ExactIndex(),
    };

    /// <inheritdoc/>
    protected override void ReadLine(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        var reader = new SavedLineReader(line);
        bool isEntry = reader.TryRead(out ConntrackEntryValues values);
        bool mayBeCut = reader.MayBeCut || (LacksLineEnd && reader.EndsWithPort);
        if (isEntry && !mayBeCut)
        {
            rows.Add(ConntrackText.RowOf(values, reader.Change, reader.At, (Line, Line)));
        }
        else if (TerminalText.HasPagerMark(line))
        {
            AddFault(rows, TableFaultKind.Paged, line, TerminalText.PagerReason);
        }
        else if (!ConntrackText.IsSilent(line))
        {
            SavedLineFault fault = isEntry ? SavedLineFault.Cut : reader.Fault;
            string reason = SavedLineFaultText.Describe(fault, reader.FaultWord, reader.IsReply);
            TableFaultKind kind = isEntry ? TableFaultKind.Incomplete : TableFaultKind.Invalid;
            AddFault(rows, kind, line, reason, isHistory: reader.Change is not null);
        }
    }
}
