using ProxyHelper.Mappings;
using ProxyHelper.PowerShell.Commands;
using ProxyHelper.Tables;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Reads one saved table. Its mappings go to the pipeline, or into the answers of a look-up. A line that is not a row
/// is an error with its number. The following lines are read all the same.
/// </summary>
/// <param name="command">The cmdlet that writes the mappings.</param>
/// <param name="request">What the user wants to know.</param>
/// <param name="source">Where the text comes from.</param>
/// <param name="answers">Receives the answers of a look-up.</param>
internal sealed class SavedTable(
    ProxyHelperCommand command, SavedRequest request, SavedSource source, SavedAnswers answers)
{
    private const int LinesBetweenReports = 10_000;

    private readonly FormatDetector _reader = new(request.Format);
    private readonly SavedFaults _faults = new(command, source);
    private readonly List<TableRow> _rows = [];
    private readonly NatTable _table = new() { IsInsideSkipped = request.IsInsideSkipped };
    private readonly RowValues _values = new(request.Filter);
    private ListingJoin? _join;
    private bool _isChecked;
    private bool _isRefused;

    /// <summary>Gets the progress bar, which ends with the first mapping: the output itself shows progress.</summary>
    public CountProgress? Progress { get; init; }

    /// <summary>Gets the number of mappings that were written.</summary>
    public long Written { get; private set; }

    /// <summary>Gets what was done with the table, for -Verbose.</summary>
    public string Summary => request.IsLookUp
        ? $"{Lines} lines, looked up in {_table.Count} mappings"
        : $"{Lines} lines, {Written} matching mappings";

    /// <summary>Gets the number of lines.</summary>
    public int Lines => _reader.Line;

    /// <summary>Gets whether the rest of the text need not be read.</summary>
    public bool IsOver => _isRefused || _faults.AreTooMany || request.Cancellation.IsCancellationRequested;

    /// <summary>Reads a text. It does not end the table.</summary>
    public void Read(TextReader text)
    {
        var pieces = new TextPieces(text);
        while (!IsOver && pieces.MoveNext())
        {
            Read(pieces.Current, pieces.EndsLine);
            if (Lines % LinesBetweenReports == 0)
            {
                Progress?.Report(Lines);
            }
        }
    }

    /// <summary>Reads a line, or a piece of a long line.</summary>
    public void Read(ReadOnlySpan<char> piece, bool endsLine)
    {
        _reader.Read(piece, endsLine, _rows);
        if (_rows.Count > 0)
        {
            Take();
        }
    }

    /// <summary>Ends the table.</summary>
    public void Finish()
    {
        if (Lines > 0 && !IsOver)
        {
            if (source.AreObjects)
            {
                _reader.Read("]", endsLine: true, _rows);
            }

            _reader.Finish(_rows);
            Take();
        }

        if (request.Cancellation.IsCancellationRequested || _isRefused)
        {
            return;
        }

        if (_faults.First is { } fault)
        {
            command.WriteError(HelperErrors.SavedFileNotTable(source.File!, fault));
        }

        WriteAll(_join?.Joined() ?? []);
        if (request.IsLookUp)
        {
            answers.Add(_table, request.Queries);
        }
        else if (_values.FindMissing() is { } filter)
        {
            NatSystem system = _reader.System!.Value;
            command.WriteError(MappingErrors.FilterNotApplicable(system, filter, SystemWords.Of(system).Advice));
        }
    }

    private void Take()
    {
        NatSystem system = _reader.System!.Value;
        foreach (TableRow row in _rows)
        {
            if (row.Fault is { } fault)
            {
                _faults.Add(system, row, fault);
            }

            if (request.IsLookUp && (row.Mapping is null || request.Filter.IsInDomain(row.Mapping)))
            {
                _table.Add(row, _reader.Format!);
            }

            if (row.Mapping is { } mapping && Accepts(system) && !request.IsLookUp)
            {
                List(mapping);
            }
        }

        _rows.Clear();
    }

    /// <summary>Checks, at the first row, that the filters can select rows of the system.</summary>
    private bool Accepts(NatSystem system)
    {
        if (!_isChecked)
        {
            _isChecked = true;
            _faults.EndHolding();
            if (request.Filter.FindInapplicable(system) is { } filter)
            {
                _isRefused = true;
                command.WriteError(MappingErrors.FilterNotApplicable(system, filter));
            }
        }

        return !_isRefused;
    }

    private void List(NatMapping mapping)
    {
        _values.Note(mapping);
        if (!request.IsUnjoined)
        {
            _join ??= _reader.Format!.CreateJoin?.Invoke();
        }

        if (_join is not null)
        {
            _join.Add(mapping);
            WriteAll(_join.TakeComplete());
        }
        else
        {
            Write(mapping);
        }
    }

    private void WriteAll(IEnumerable<NatMapping> mappings)
    {
        foreach (NatMapping mapping in mappings)
        {
            if (request.Cancellation.IsCancellationRequested)
            {
                return;
            }

            Write(mapping);
        }
    }

    private void Write(NatMapping mapping)
    {
        if (request.Filter.Matches(mapping))
        {
            Progress?.End();
            Written++;
            command.WriteObject(mapping);
        }
    }
}
