using ProxyHelper.Mappings;

namespace ProxyHelper.Tables;

/// <summary>Holds a table that was read as a whole, and looks connections up in it.</summary>
public sealed class NatTable
{
    private const int MaxKeptFaults = 100;

    private readonly List<TableRow> _faults = [];
    private MappingIndex? _index;
    private bool _hasHistory;
    private bool _isPaged;

    /// <summary>Initializes an empty table. Its owner adds the rows.</summary>
    internal NatTable()
    {
    }

    /// <summary>Gets the system of the table, or null if the text is empty.</summary>
    public NatSystem? System { get; private set; }

    /// <summary>Gets the number of mappings.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the number of faults in the text.</summary>
    public int FaultCount { get; private set; }

    /// <summary>Gets the first faults in the text, 100 at most.</summary>
    public IReadOnlyList<TableRow> Faults => _faults;

    /// <summary>
    /// Gets or sets whether the router has no states on its inside interface, such as pf with "set skip on em1". An
    /// out-state without an in-state is then an answer. On a router that redirects connections on the inside interface,
    /// such an answer would be wrong. The default is false.
    /// </summary>
    public bool IsInsideSkipped { get; set; }

    /// <summary>Reads a table.</summary>
    /// <param name="text">The text. The caller closes it.</param>
    /// <param name="system">The system of the table, or null to recognize it.</param>
    /// <exception cref="IOException">Thrown when the text cannot be read.</exception>
    public static NatTable Read(TextReader text, NatSystem? system = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var table = new NatTable();
        var reader = new FormatDetector(system);
        var pieces = new TextPieces(text);
        var rows = new List<TableRow>();
        while (pieces.MoveNext())
        {
            reader.Read(pieces.Current, pieces.EndsLine, rows);
            table.Add(rows, reader);
        }

        if (pieces.Line > 0)
        {
            reader.Finish(rows);
            table.Add(rows, reader);
        }

        return table;
    }

    /// <summary>Looks a connection up by the rule of the system.</summary>
    /// <param name="query">The connection with its ends after translation.</param>
    public TableAnswer Find(in MappingQuery query)
    {
        if (_hasHistory) // a later event can have ended the connection of any entry
        {
            return new TableAnswer(TableAnswerReason.History);
        }

        if (_index is TwoStatesIndex { AcceptsOutStateAlone: false } index && IsInsideSkipped)
        {
            index.AcceptsOutStateAlone = true;
        }

        TableAnswer answer = _index?.Find(query) ?? default;
        return answer.Reason == TableAnswerReason.NotFound && _isPaged
            ? new TableAnswer(TableAnswerReason.Paged)
            : answer;
    }

    /// <summary>Adds a row.</summary>
    internal void Add(in TableRow row, TableFormat format)
    {
        System = format.System;
        _hasHistory |= row.IsHistory;
        _index ??= format.CreateIndex();
        if (row.Fault is { } fault)
        {
            FaultCount++;
            _index.Add(fault);
            _isPaged |= fault.Kind == TableFaultKind.Paged;
            if (_faults.Count < MaxKeptFaults)
            {
                _faults.Add(row);
            }
        }
        else if (row.Mapping is { } mapping)
        {
            Count++;
            if (!row.IsHistory)
            {
                _index.Add(mapping);
            }
        }
    }

    private void Add(List<TableRow> rows, FormatDetector reader)
    {
        foreach (TableRow row in rows)
        {
            Add(row, reader.Format!);
        }

        rows.Clear();
    }
}
