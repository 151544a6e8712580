using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.MikroTik;

/// <summary>
/// Reads the output of "/ip firewall connection print detail" and "print terse", also of /ipv6. An entry goes on in
/// lines that start with 12 blanks, and ends at a blank line or before the next entry.
/// </summary>
internal sealed class RouterOSTextReader : LineTableReader
{
    private const int MaxEntryLength = 8192;
    private const char Escape = '\x1b';

    private const string Advice =
        "Use 'print detail without-paging', and log in as USER+cte255w, so that lines are neither colored nor wrapped";

    private const string TooLong = "an entry of more than 8192 characters";

    // The last port can be cut, too. In a whole entry, the time and the counters follow.
    private const string CutReason = "the entry ends with its addresses and ports, so it may be cut";

    private readonly RouterOSEntry _entry = new();
    private readonly char[] _text = new char[MaxEntryLength];
    private int _length;
    private int _firstLine;
    private int _lastLine;
    private bool _isTooLong;
    private bool _isTable;

    /// <summary>Gets the form.</summary>
    public static TableFormat Format { get; } = new(NatSystem.MikroTik, "/ip firewall connection print detail")
    {
        Recognizes = TableFormat.AnyLine(IsOfForm),
        CreateReader = () => new RouterOSTextReader(),
        CreateIndex = () => new ExactIndex(),
    };

    private bool IsInEntry => _firstLine > 0;

    /// <inheritdoc/>
    protected override void FinishTable(ICollection<TableRow> rows) => EndEntry(rows);

    /// <inheritdoc/>
    protected override void ReadLine(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        ReadOnlySpan<char> text = line.TrimEnd();
        ReadOnlySpan<char> unindented = text.TrimStart(' ');
        bool continues = IsInEntry && text.Length - unindented.Length >= RouterOSLine.LeastIndent;
        if (text.Contains(Escape))
        {
            EndEntry(rows);
            AddFault(rows, TableFaultKind.WrongForm, line, $"codes that control a terminal. {Advice}");
        }
        else if (TerminalText.HasPagerMark(text))
        {
            EndEntry(rows);
            AddFault(rows, TableFaultKind.Paged, line, $"{TerminalText.PagerReason}. {Advice}");
        }
        else if (continues)
        {
            Append(" ");
            Append(unindented);
            _lastLine = Line;
        }
        else
        {
            EndEntry(rows);
            if (!text.IsEmpty)
            {
                ReadOtherLine(text, rows);
            }
        }
    }

    /// <inheritdoc/>
    protected override void ReadLongLine(ReadOnlySpan<char> start, ICollection<TableRow> rows)
    {
        EndEntry(rows);
        base.ReadLongLine(start, rows);
    }

    private static bool IsOfForm(ReadOnlySpan<char> line) =>
        line.Contains(" src-address=", StringComparison.Ordinal)
        || line.Contains("S - seen-reply", StringComparison.OrdinalIgnoreCase)
        || RouterOSLine.IsTableHeading(line);

    private void ReadOtherLine(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        bool isEntry = RouterOSLine.TryReadStart(
            line, out ReadOnlySpan<char> id, out ReadOnlySpan<char> flags, out ReadOnlySpan<char> rest);
        if (isEntry)
        {
            StartEntry(id, flags, rest);
        }
        else if (RouterOSLine.IsHeading(line) || TerminalText.IsPrompt(line))
        {
            _isTable |= RouterOSLine.IsTableHeading(line);
        }
        else if (_isTable)
        {
            AddFault(rows, TableFaultKind.WrongForm, line, $"no addresses of replies. {Advice}");
        }
        else
        {
            AddFault(rows, TableFaultKind.Invalid, line, $"neither the start of an entry nor a part of one. {Advice}");
        }
    }

    private void StartEntry(ReadOnlySpan<char> id, ReadOnlySpan<char> flags, ReadOnlySpan<char> rest)
    {
        _entry.Values.Clear();
        _length = 0;
        _firstLine = Line;
        _lastLine = Line;
        if (id.StartsWith('*'))
        {
            _entry.Values.Add(".id", id);
        }

        AddFlags(flags);
        if (RouterOSLine.TryReadComment(rest, out ReadOnlySpan<char> comment))
        {
            _entry.Values.Add(RouterOSKeys.Comment, comment);
        }
        else
        {
            Append(rest);
        }
    }

    private void AddFlags(ReadOnlySpan<char> flags)
    {
        Span<char> letters = stackalloc char[flags.Length];
        int length = 0;
        foreach (char letter in flags)
        {
            letters[length] = letter;
            length += letter == ' ' ? 0 : 1;
        }

        _entry.Values.Add(RouterOSKeys.Flags, letters[..length]);
    }

    private void Append(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> kept = text[..Math.Min(text.Length, _text.Length - _length)];
        _isTooLong |= kept.Length < text.Length;
        kept.CopyTo(_text.AsSpan(_length));
        _length += kept.Length;
    }

    private void EndEntry(ICollection<TableRow> rows)
    {
        if (!IsInEntry)
        {
            return;
        }

        ReadOnlySpan<char> text = _text.AsSpan(0, _length).TrimStart(' ');
        int last = RouterOSProperties.Read(text, _entry.Values);
        RouterMapping? mapping = _entry.ToMapping(out TableFault? fault);
        fault = _isTooLong ? new TableFault(TableFaultKind.Invalid, TooLong)
            : fault ?? (RouterOSKeys.IsEnd(last) ? new TableFault(TableFaultKind.Incomplete, CutReason) : null);
        rows.Add(new TableRow(_firstLine, _lastLine)
        {
            Mapping = fault is null ? mapping : null,
            Fault = fault is null ? null : fault with { Text = TableFault.BeginningOf(text) },
        });
        _firstLine = 0;
        _isTooLong = false;
    }
}
