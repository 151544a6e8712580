namespace ProxyHelper.Tables;

/// <summary>
/// Reads one form of a NAT table. The caller pushes the text in pieces, and gets each row as soon as the row is
/// complete. A table of any size needs the memory of one entry only.
/// </summary>
public abstract class TableReader
{
    private const char ByteOrderMark = '\uFEFF';

    private bool _isInLine;

    /// <summary>Gets the number of the current line. Before the first line it is 0.</summary>
    public int Line { get; private set; }

    /// <summary>Gets whether the current line has no line end yet.</summary>
    private protected bool IsInLine => _isInLine;

    /// <summary>Reads a piece of text.</summary>
    /// <param name="text">
    /// A line, or a part of a long line, without its line end. One piece has at most
    /// <see cref="TextPieces.MaximumLength"/> characters.
    /// </param>
    /// <param name="endsLine">
    /// Whether the line ends after the piece. If the text ends in a line, its last row may be cut.
    /// </param>
    /// <param name="rows">Receives the rows that are complete.</param>
    public void Read(ReadOnlySpan<char> text, bool endsLine, ICollection<TableRow> rows)
    {
        Line += _isInLine ? 0 : 1;
        bool isFirst = Line == 1 && !_isInLine;
        bool isStart = !_isInLine;
        _isInLine = !endsLine;
        ReadPiece(isFirst && text is [ByteOrderMark, ..] ? text[1..] : text, isStart, endsLine, rows);
    }

    /// <summary>Ends the text.</summary>
    /// <param name="rows">Receives the last rows.</param>
    public abstract void Finish(ICollection<TableRow> rows);

    /// <summary>Reads a piece of text.</summary>
    /// <param name="text">A line, or a part of a long line.</param>
    /// <param name="startsLine">Whether the line begins with the piece.</param>
    /// <param name="endsLine">Whether the line ends after the piece.</param>
    /// <param name="rows">Receives the rows that are complete.</param>
    protected abstract void ReadPiece(
        ReadOnlySpan<char> text, bool startsLine, bool endsLine, ICollection<TableRow> rows);
}

/// <summary>Reads a form of a NAT table whose entries are lines.</summary>
internal abstract class LineTableReader : TableReader
{
    /// <summary>The reason of the fault if the last port of the text can have lost digits.</summary>
    protected const string NoLineEndReason = "the text ends without a line end, so that the last port may be cut";

    private char[] _start = [];
    private int _startLength;
    private bool _isHeld;

    /// <summary>
    /// Gets whether the text ends after the current line, without a line end. The last word of the line may be cut.
    /// </summary>
    protected bool LacksLineEnd { get; private set; }

    /// <inheritdoc/>
    public sealed override void Finish(ICollection<TableRow> rows)
    {
        if (_isHeld)
        {
            _isHeld = false;
            LacksLineEnd = true;
            ReadLine(_start.AsSpan(0, _startLength), rows);
        }

        FinishTable(rows);
    }

    /// <inheritdoc/>
    protected sealed override void ReadPiece(
        ReadOnlySpan<char> text, bool startsLine, bool endsLine, ICollection<TableRow> rows)
    {
        if (startsLine && endsLine)
        {
            ReadLine(text, rows);
        }
        else if (startsLine)
        {
            Hold(text);
        }
        else if (_isHeld)
        {
            _isHeld = false;
            ReadLongLine(_start.AsSpan(0, _startLength), rows);
        }
    }

    /// <summary>Ends the table after its last line.</summary>
    protected virtual void FinishTable(ICollection<TableRow> rows)
    {
    }

    /// <summary>Reads a line.</summary>
    protected abstract void ReadLine(ReadOnlySpan<char> line, ICollection<TableRow> rows);

    /// <summary>Reads the start of a line that is longer than any line of the table.</summary>
    protected virtual void ReadLongLine(ReadOnlySpan<char> start, ICollection<TableRow> rows) =>
        AddFault(rows, TableFaultKind.Invalid, start, $"longer than {TextPieces.MaximumLength} characters");

    // Only the next piece shows whether the line is long, or the last one of a text without a line end.
    private void Hold(ReadOnlySpan<char> start)
    {
        _start = _start.Length < start.Length ? new char[TextPieces.MaximumLength] : _start;
        start.CopyTo(_start);
        _startLength = start.Length;
        _isHeld = true;
    }

    /// <summary>Adds a fault of the current line.</summary>
    protected void AddFault(
        ICollection<TableRow> rows,
        TableFaultKind kind,
        ReadOnlySpan<char> line,
        string reason,
        bool isHistory = false) =>
        rows.Add(new TableRow(Line, Line)
        {
            Fault = new TableFault(kind, reason) { Text = line.ToString() },
            IsHistory = isHistory,
        });
}
