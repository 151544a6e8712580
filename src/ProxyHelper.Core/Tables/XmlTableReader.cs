using System.Xml;

namespace ProxyHelper.Tables;

/// <summary>Reads a form of a NAT table whose entries are elements of XML.</summary>
/// <param name="names">The local names of the elements.</param>
internal abstract class XmlTableReader(params string[] names) : TableReader
{
    private readonly XmlSplitter _splitter = new(names);
    private bool _isOutside; // the current line has begun outside the elements, and has no tag yet
    private bool _isPagedInside;
    private string _lineStart = string.Empty;

    /// <summary>Gets whether a document without its end is cut.</summary>
    protected virtual bool NeedsEnd => true;

    /// <inheritdoc/>
    public override void Finish(ICollection<TableRow> rows)
    {
        if (IsInLine)
        {
            EndLine(rows);
        }

        _splitter.End();
        if (_splitter.Found == XmlPiece.Cut)
        {
            rows.Add(FaultOfPiece());
        }
        else if (NeedsEnd && _splitter.OpenElements > 0)
        {
            rows.Add(FaultOf(Line, TableFaultKind.Incomplete, "the end of the XML is missing"));
        }
    }

    /// <inheritdoc/>
    protected sealed override void ReadPiece(
        ReadOnlySpan<char> text, bool startsLine, bool endsLine, ICollection<TableRow> rows)
    {
        if (startsLine)
        {
            _isOutside = !_splitter.IsInside && !_splitter.IsInTag;
            _lineStart = string.Empty;
            if (TerminalText.HasPagerMark(text))
            {
                _isOutside = false;
                _isPagedInside |= _splitter.IsInside;
                rows.Add(FaultOf(Line, TableFaultKind.Paged, TerminalText.PagerReason, text));
            }
        }

        _isOutside &= !text.Contains('<');
        if (_isOutside && startsLine && !IsSilent(text))
        {
            _lineStart = TableFault.BeginningOf(text);
        }

        while (_splitter.MoveNext(ref text))
        {
            AddRow(rows);
        }

        if (endsLine)
        {
            EndLine(rows);
        }
    }

    /// <summary>Reads an element.</summary>
    /// <param name="element">A reader before the start of the element.</param>
    /// <param name="firstLine">The line of the first tag inside the element.</param>
    /// <param name="lastLine">The line of the last tag inside the element.</param>
    /// <returns>The row, or null if the element is not an entry.</returns>
    /// <exception cref="XmlException">Thrown when the text is not XML.</exception>
    protected abstract TableRow? ReadElement(XmlReader element, int firstLine, int lastLine);

    /// <summary>Returns whether a line without tags is passed over.</summary>
    protected abstract bool IsSilent(ReadOnlySpan<char> line);

    private void EndLine(ICollection<TableRow> rows)
    {
        _splitter.EndLine();
        if (_isOutside && _lineStart.Length > 0)
        {
            rows.Add(FaultOf(Line, TableFaultKind.Invalid, "text outside the XML", _lineStart));
        }
    }

    private void AddRow(ICollection<TableRow> rows)
    {
        bool isPaged = _isPagedInside;
        _isPagedInside = false;
        if (_splitter.Found != XmlPiece.Element)
        {
            rows.Add(FaultOfPiece());
            return;
        }

        if (isPaged) // the swallowed lines can be the end of this element and the start of another one
        {
            rows.Add(FaultOfElement(TableFaultKind.Incomplete, "a pager stopped inside the element"));
            return;
        }

        try
        {
            using XmlReader element = _splitter.Open();
            if (ReadElement(element, _splitter.FirstLine, _splitter.LastLine) is { } row)
            {
                TableFault? fault = row.Fault;
                fault = fault is null ? null : fault with { Text = TableFault.BeginningOf(_splitter.Text) };
                rows.Add(row with { Fault = fault });
            }
        }
        catch (XmlException)
        {
            rows.Add(FaultOfElement(TableFaultKind.Invalid, "not XML"));
        }
    }

    private TableRow FaultOfElement(TableFaultKind kind, string reason) =>
        new(_splitter.FirstLine, _splitter.LastLine)
        {
            Fault = new TableFault(kind, reason) { Text = TableFault.BeginningOf(_splitter.Text) },
        };

    private TableRow FaultOfPiece() => new(_splitter.FirstLine, Math.Min(_splitter.LastLine, Line))
    {
        Fault = _splitter.Found == XmlPiece.Cut
            ? new TableFault(TableFaultKind.Incomplete, "the end of the element is missing")
            : new TableFault(
                TableFaultKind.Invalid, $"an element of more than {XmlSplitter.MaxElementLength} characters"),
    };

    private static TableRow FaultOf(
        int line, TableFaultKind kind, string reason, ReadOnlySpan<char> text = default) => new(line, line)
    {
        Fault = new TableFault(kind, reason) { Text = TableFault.BeginningOf(text) },
    };
}
