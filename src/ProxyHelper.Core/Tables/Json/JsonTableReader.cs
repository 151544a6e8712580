using ProxyHelper.Mappings;
using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables.Json;

/// <summary>
/// Reads a table that is a JSON array of objects, one object, or several of them one after the other. The text can be
/// one long line. Only one object is kept, and it has at most 65,536 characters.
/// </summary>
/// <param name="values">Receives the properties of each object.</param>
/// <param name="toMapping">Makes the mapping of the properties.</param>
internal sealed class JsonTableReader(NamedValues values, JsonTableReader.MappingMaker toMapping) : TableReader
{
    private const int MaxObjectLength = 64 * 1024;
    private const string Blanks = " \t\r";

    private readonly JsonValues _reader = new();
    private readonly JsonOutline _outline = new();
    private JsonNesting _nesting;
    private char[] _object = new char[2048];
    private int _length;
    private bool _isTooLong;
    private int _firstLine; // of the object or of the fault; 0 outside of both
    private TableFault? _fault; // The text is passed over until a line starts with another object.
    private bool _ignoresLine;

    /// <summary>Makes a mapping.</summary>
    /// <param name="fault">The reason why there is no mapping.</param>
    public delegate RouterMapping? MappingMaker(out TableFault? fault);

    private bool IsInObject => _firstLine > 0 && _fault is null;

    private ReadOnlySpan<char> Object => _object.AsSpan(0, _length);

    /// <summary>
    /// Returns whether a text is JSON, apart from prompts before the first object or array.
    /// </summary>
    public static bool IsJson(ReadOnlySpan<char> head)
    {
        foreach (ReadOnlySpan<char> line in head.EnumerateLines())
        {
            ReadOnlySpan<char> text = line.TrimStart();
            if (!text.IsEmpty && !TerminalText.IsPrompt(line))
            {
                return text[0] is '{' or '[';
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public override void Finish(ICollection<TableRow> rows)
    {
        if (IsInObject)
        {
            PassOver(TableFaultKind.Incomplete, "the text ends inside an object", Object);
        }

        EndFault(Line, rows);
        if (_outline.IsOpen)
        {
            PassOver(TableFaultKind.Incomplete, "the text ends before the array does", default);
            EndFault(Line, rows);
        }
    }

    /// <inheritdoc/>
    protected override void ReadPiece(
        ReadOnlySpan<char> text, bool startsLine, bool endsLine, ICollection<TableRow> rows)
    {
        if (startsLine)
        {
            StartLine(text, rows);
        }

        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty && !_ignoresLine && _fault is null)
        {
            rest = IsInObject ? ReadObject(rest, rows) : ReadOutside(rest, rows);
        }

        if (endsLine)
        {
            EndLine();
        }
    }

    private void StartLine(ReadOnlySpan<char> text, ICollection<TableRow> rows)
    {
        _ignoresLine = false;
        ReadOnlySpan<char> start = text.TrimStart(Blanks);
        if (TerminalText.HasPagerMark(text))
        {
            EndFault(Line - 1, rows);
            PassOver(TableFaultKind.Paged, TerminalText.PagerReason, text);
        }
        else if (!IsInObject && TerminalText.IsPrompt(text))
        {
            EndFault(Line - 1, rows);
            _ignoresLine = true;
        }
        else if (start is ['{' or '[', ..] && IsInObject && !_nesting.CanOpen)
        {
            PassOver(TableFaultKind.Incomplete, "another object starts before this one ends", Object);
            EndFault(Line - 1, rows);
        }
        else if (start is ['{' or '[', ..])
        {
            EndFault(Line - 1, rows);
        }
    }

    // The line end is a blank in an object, and cannot be in a text value.
    private void EndLine()
    {
        if (IsInObject && _nesting.IsInText)
        {
            PassOver(TableFaultKind.Incomplete, "the line ends inside a value", Object);
        }
        else if (IsInObject)
        {
            Keep(" ");
        }
    }

    private ReadOnlySpan<char> ReadOutside(ReadOnlySpan<char> text, ICollection<TableRow> rows)
    {
        ReadOnlySpan<char> rest = text.TrimStart(Blanks);
        if (rest.IsEmpty)
        {
            return rest;
        }

        if (!_outline.TryAdvance(rest[0], out string? reason))
        {
            PassOver(TableFaultKind.Invalid, reason, rest);
            if (JsonOutline.IsPart(rest[0]))
            {
                EndFault(Line, rows);
                return rest;
            }
        }
        else if (rest[0] == '{')
        {
            _firstLine = Line;
            _length = 0;
            _isTooLong = false;
            _nesting = default;
            return ReadObject(rest, rows);
        }

        return rest[1..];
    }

    private ReadOnlySpan<char> ReadObject(ReadOnlySpan<char> text, ICollection<TableRow> rows)
    {
        int read = _nesting.Read(text, out bool isFault);
        Keep(text[..read]);
        if (isFault)
        {
            PassOver(TableFaultKind.Invalid, $"'{text[read]}' cannot be here in JSON", Object);
        }
        else if (_nesting.IsClosed)
        {
            EndObject(rows);
        }

        return text[read..];
    }

    private void EndObject(ICollection<TableRow> rows)
    {
        values.Clear();
        TableFault? fault = _isTooLong ? Invalid($"an object of more than {MaxObjectLength} characters")
            : _reader.TryRead(Object, values) ? null
            : Invalid("not a JSON object");
        RouterMapping? mapping = fault is null ? toMapping(out fault) : null;
        rows.Add(new TableRow(_firstLine, Line)
        {
            Mapping = mapping,
            Fault = fault is null ? null : fault with { Text = TableFault.BeginningOf(Object) },
        });
        _firstLine = 0;
    }

    private void PassOver(TableFaultKind kind, string reason, ReadOnlySpan<char> text)
    {
        _firstLine = IsInObject ? _firstLine : Line;
        _fault = new TableFault(kind, reason) { Text = TableFault.BeginningOf(text) };
        _outline.Loosen();
    }

    private void EndFault(int lastLine, ICollection<TableRow> rows)
    {
        if (_fault is not null)
        {
            rows.Add(new TableRow(_firstLine, Math.Max(lastLine, _firstLine)) { Fault = _fault });
            _fault = null;
            _firstLine = 0;
        }
    }

    private void Keep(ReadOnlySpan<char> text)
    {
        _isTooLong |= _length + text.Length > MaxObjectLength;
        if (_isTooLong)
        {
            return;
        }

        if (_length + text.Length > _object.Length)
        {
            Array.Resize(ref _object, Math.Max(2 * _object.Length, _length + text.Length));
        }

        text.CopyTo(_object.AsSpan(_length));
        _length += text.Length;
    }

    private static TableFault Invalid(string reason) => new(TableFaultKind.Invalid, reason);
}
