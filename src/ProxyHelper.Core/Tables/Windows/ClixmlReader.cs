using System.Net;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.Windows;

/// <summary>
/// Reads the sessions that Export-Clixml wrote, one by one or as an array. Only one value is kept, so objects of any
/// size can be read.
/// </summary>
internal sealed class ClixmlReader : TableReader
{
    private const int MaxValueLength = 4096;
    private const int None = -1;

    private static readonly string[] _document = ["Objs"];
    private static readonly string[] _object = ["Obj"];
    private static readonly string[] _properties = ["Props", "MS"];

    private readonly XmlMarkup _markup = new(MaxValueLength);
    private readonly WindowsSession _session = new();
    private TableFault? _fault;
    private int _firstLine;
    private int _depth; // of the open elements
    private int _row = None; // the depth of the object that is read
    private int _other = None; // the depth of an object that is a value of the row
    private bool _isInProperties;
    private bool _hasProperties;

    /// <summary>Gets the form.</summary>
    public static TableFormat Format { get; } = new(NatSystem.Windows, "Get-NetNatSession | Export-Clixml")
    {
        Recognizes = head => head.Contains("<Objs ", StringComparison.Ordinal) && WindowsSession.HasName(head),
        CreateReader = () => new ClixmlReader(),
        CreateIndex = () => new EitherWayIndex(),
    };

    private bool IsBetweenValues => _isInProperties && _other == None;

    /// <inheritdoc/>
    public override void Finish(ICollection<TableRow> rows)
    {
        if (_depth > 0 || _markup.IsOpen)
        {
            EndCutObject("the text ends inside an object or before </Objs>", Line, rows);
        }
    }

    /// <inheritdoc/>
    protected override void ReadPiece(
        ReadOnlySpan<char> text, bool startsLine, bool endsLine, ICollection<TableRow> rows)
    {
        if (startsLine)
        {
            CheckLine(text, rows);
        }

        ReadOnlySpan<char> rest = text;
        while (_markup.MoveNext(ref rest))
        {
            if (_markup.IsTooLong)
            {
                _fault ??= new TableFault(TableFaultKind.Invalid, $"a value of more than {MaxValueLength} characters");
                _markup.KeepsText = false;
            }
            else if (_markup.IsStart)
            {
                ReadStart(rows);
            }
            else
            {
                ReadEnd(rows);
            }
        }

        if (endsLine)
        {
            _markup.EndLine();
        }
    }

    private void CheckLine(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        ReadOnlySpan<char> text = line.Trim();
        bool isOutside = _depth == 0 && !_markup.IsOpen && !text.IsEmpty && text[0] is not '<';
        bool isPaged = TerminalText.HasPagerMark(line);
        if (isPaged || (isOutside && !TerminalText.IsPrompt(line) && text is not "#< CLIXML"))
        {
            TableFault fault = isPaged
                ? new TableFault(TableFaultKind.Paged, TerminalText.PagerReason)
                : new TableFault(TableFaultKind.Invalid, "not a part of the objects");
            rows.Add(new TableRow(Line, Line) { Fault = fault with { Text = TableFault.BeginningOf(line) } });
        }
    }

    private void ReadStart(ICollection<TableRow> rows)
    {
        bool isObject = _markup.HasNameOf(_object);
        bool isDocument = _markup.HasNameOf(_document);
        if (_markup.KeepsText)
        {
            _fault ??= new TableFault(TableFaultKind.Invalid, "a value with other values inside");
            _markup.KeepsText = false;
        }
        else if (_depth > 0 && (isDocument || (isObject && IsBetweenValues && NameOf(_markup.Kept).IsEmpty)))
        {
            EndCutObject("another object starts before this one ends", Math.Max(1, Line - 1), rows);
            _depth = isDocument ? 0 : 1;
        }

        if (_other == None)
        {
            ReadOwnStart(isObject);
        }

        _depth += _markup.Step;
    }

    private void ReadOwnStart(bool isObject)
    {
        if (isObject && _isInProperties)
        {
            _other = _markup.Step > 0 ? _depth : None;
        }
        else if (isObject)
        {
            _row = _markup.Step > 0 ? _depth : None;
            _firstLine = _markup.TagLine;
            _hasProperties = false;
            _fault = null;
            _session.Values.Clear();
        }
        else if (_row != None && _depth == _row + 1 && _markup.HasNameOf(_properties))
        {
            _isInProperties = _markup.Step > 0;
            _hasProperties = true;
        }
        else if (_isInProperties)
        {
            StartValue();
        }
    }

    private void StartValue()
    {
        ReadOnlySpan<char> name = NameOf(_markup.Kept);
        if (_session.Values.KeyOf(name) < 0)
        {
            return;
        }

        if (_markup.Step == 0)
        {
            _session.Values.Add(name, default);
            return;
        }

        _markup.KeepOnlyTag();
        _markup.KeepsText = true;
    }

    private void ReadEnd(ICollection<TableRow> rows)
    {
        if (_markup.KeepsText)
        {
            ReadOnlySpan<char> kept = _markup.Kept;
            int start = kept.IndexOf('>') + 1;
            ReadOnlySpan<char> value = kept[start..kept.LastIndexOf('<')];
            _session.Values.Add(NameOf(kept), value.Contains('&') ? WebUtility.HtmlDecode(value.ToString()) : value);
            _markup.KeepsText = false;
        }

        _depth = Math.Max(0, _depth - 1);
        if (_other != None)
        {
            _other = _depth == _other ? None : _other;
        }
        else if (_isInProperties && _depth == _row + 1)
        {
            _isInProperties = false;
        }
        else if (_depth == _row)
        {
            EndObject(rows);
        }
    }

    // An array has no properties: its objects are rows.
    private void EndObject(ICollection<TableRow> rows)
    {
        _row = None;
        if (!_hasProperties)
        {
            return;
        }

        RouterMapping? mapping = _session.ToMapping(out TableFault? fault);
        fault = _fault ?? fault;
        rows.Add(new TableRow(_firstLine, Line) { Mapping = fault is null ? mapping : null, Fault = fault });
    }

    /// <summary>Returns the name of the property that a tag starts, or nothing.</summary>
    private static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> tag)
    {
        const string attribute = " N=\"";
        int start = tag[..(tag.IndexOf('>') + 1)].IndexOf(attribute);
        ReadOnlySpan<char> rest = start < 0 ? default : tag[(start + attribute.Length)..];
        int end = rest.IndexOf('"');
        return end < 0 ? default : rest[..end];
    }

    private void EndCutObject(string reason, int lastLine, ICollection<TableRow> rows)
    {
        int first = _row == None ? lastLine : _firstLine;
        var fault = new TableFault(TableFaultKind.Incomplete, reason);
        rows.Add(new TableRow(first, Math.Max(first, lastLine)) { Fault = fault });
        _markup.KeepsText = false;
        _isInProperties = false;
        (_row, _other, _depth) = (None, None, 0);
    }
}
