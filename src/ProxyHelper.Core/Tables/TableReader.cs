namespace ProxyHelper.Tables;

/// <summary>
/// Reads one form of a NAT table. Its text is pushed in pieces, and the rows come out as soon as they are complete, so
/// that a table of any size needs the memory of one entry only.
/// </summary>
public abstract class TableReader
{
    private const char ByteOrderMark = '\uFEFF';

    private bool _isInLine;

    /// <summary>Gets the number of the current line. Before the first line it is 0.</summary>
    public int Line { get; private set; }

    /// <summary>Reads a piece of text.</summary>
    /// <param name="text">
    /// A line, or a part of a long line, without its line end. One piece has at most
    /// <see cref="TextPieces.MaximumLength"/> characters.
    /// </param>
    /// <param name="endsLine">Whether the line ends after the piece.</param>
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
    /// <inheritdoc/>
    public override void Finish(ICollection<TableRow> rows)
    {
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
            ReadLongLine(text, rows);
        }
    }

    /// <summary>Reads a line.</summary>
    protected abstract void ReadLine(ReadOnlySpan<char> line, ICollection<TableRow> rows);

    /// <summary>Reads the start of a line that is longer than any line of the table.</summary>
    protected virtual void ReadLongLine(ReadOnlySpan<char> start, ICollection<TableRow> rows) =>
        AddFault(rows, TableFaultKind.Invalid, start, $"longer than {TextPieces.MaximumLength} characters");

    /// <summary>Adds a fault of the current line.</summary>
    protected void AddFault(
        ICollection<TableRow> rows, TableFaultKind kind, ReadOnlySpan<char> line, string reason) =>
        rows.Add(new TableRow(Line, Line) { Fault = new TableFault(kind, reason) { Text = line.ToString() } });
}
