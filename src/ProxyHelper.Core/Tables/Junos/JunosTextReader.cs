using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.Junos;

/// <summary>
/// Reads "show security flow session", in its brief and its extensive form. A session is a line "Session ID", and the
/// wings "In" and "Out" with their ends before and after translation. More values can follow on the same lines or on
/// further lines.
/// </summary>
internal sealed class JunosTextReader : LineTableReader
{
    private const string InStart = "In:", OutStart = "Out:";

    private const string ResourceStart = "Resource information";

    private JunosSession? _session;
    private JunosWing? _wing; // the current one; null in the first lines of a session
    private bool _isBroken;
    private string? _node;
    private int _firstLine;
    private int _lastLine;

    /// <summary>Gets the form.</summary>
    public static TableFormat Format { get; } = new(NatSystem.Junos, "show security flow session")
    {
        Recognizes = TableFormat.AnyLine(JunosText.IsOfForm),
        CreateReader = () => new JunosTextReader(),
        CreateIndex = () => new JunosIndex(),
    };

    /// <inheritdoc/>
    protected override void FinishTable(ICollection<TableRow> rows) => FinishSession(rows);

    /// <inheritdoc/>
    protected override void ReadLine(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        ReadOnlySpan<char> text = line;
        if (TerminalText.HasPagerMark(line))
        {
            ReadPagerMark(line, rows);
            text = JunosText.AfterPagerMark(line);
        }

        text = text.Trim();
        if (text.IsEmpty)
        {
            FinishIfComplete(rows);
        }
        else if (text.StartsWith(JunosText.SessionStart, StringComparison.Ordinal))
        {
            FinishSession(rows);
            StartSession();
            ReadValues(line, text, rows);
        }
        else if (text.StartsWith(InStart, StringComparison.Ordinal))
        {
            ReadWing(line, text[InStart.Length..], isOut: false, rows);
        }
        else if (text.StartsWith(OutStart, StringComparison.Ordinal))
        {
            ReadWing(line, text[OutStart.Length..], isOut: true, rows);
        }
        else if (JunosText.IsHeading(text) || TerminalText.IsPrompt(text))
        {
            FinishSession(rows);
            _node = JunosText.NodeOf(text) ?? _node;
        }
        else
        {
            ReadOther(line, text, rows);
        }
    }

    /// <inheritdoc/>
    protected override void ReadLongLine(ReadOnlySpan<char> start, ICollection<TableRow> rows)
    {
        _isBroken = true;
        base.ReadLongLine(start, rows);
    }

    private void StartSession()
    {
        _session = new JunosSession();
        _session.SetNode(_node);
        _firstLine = Line;
    }

    private void ReadWing(
        ReadOnlySpan<char> line, ReadOnlySpan<char> text, bool isOut, ICollection<TableRow> rows)
    {
        if (_session is null)
        {
            AddFault(rows, TableFaultKind.Incomplete, line, "the line 'Session ID' is missing");
            return;
        }

        _wing = new JunosWing();
        bool isInOrder = isOut ? _session.In is not null && _session.Out is null : _session.In is null;
        _session.In = isOut ? _session.In : _wing;
        _session.Out = isOut ? _wing : _session.Out;
        int comma = text.IndexOf(',');
        ReadOnlySpan<char> ends = comma < 0 ? text : text[..comma];
        if (!isInOrder)
        {
            Break(line, "the line 'Session ID' is missing", rows);
        }
        else if (!_wing.ReadEnds(ends.Trim()))
        {
            Break(line, "not two ends and a protocol, such as 10.1.1.1/10943 --> 4.1.1.1/25;tcp", rows);
        }
        else
        {
            ReadValues(line, text[ends.Length..], rows);
        }
    }

    private void ReadOther(ReadOnlySpan<char> line, ReadOnlySpan<char> text, ICollection<TableRow> rows)
    {
        if (_session is null)
        {
            AddFault(rows, TableFaultKind.Invalid, line, "not a part of a session");
        }
        else
        {
            ReadValues(line, text, rows);
        }
    }

    private void ReadValues(ReadOnlySpan<char> line, ReadOnlySpan<char> text, ICollection<TableRow> rows)
    {
        // "Resource information : FTP ALG, 1, 0" has numbers without names.
        if (text.StartsWith(ResourceStart, StringComparison.Ordinal))
        {
            _lastLine = Line;
            return;
        }

        foreach (Range range in text.Split(','))
        {
            ReadOnlySpan<char> part = text[range].Trim();
            if (!part.IsEmpty && !ReadValue(part))
            {
                Break(line, "not a value of a session", rows);
                return;
            }
        }

        _lastLine = Line;
        if (_wing is not null)
        {
            _wing.EndsWithComma = text.TrimEnd() is [.., ','];
        }
    }

    private bool ReadValue(ReadOnlySpan<char> part)
    {
        int colon = part.IndexOf(':');
        if (colon < 0)
        {
            bool isState = _wing is null && JunosText.IsWord(part) && Line == _firstLine;
            if (isState)
            {
                _session!.SetState(part);
            }

            return isState;
        }

        ReadOnlySpan<char> name = part[..colon].TrimEnd(), value = part[(colon + 1)..].TrimStart();
        return JunosText.IsName(name) && (_wing is null ? _session!.Read(name, value) : _wing.Read(name, value));
    }

    // Lines that a pager swallowed between both wings can be the end of one session and the start of another one.
    private void ReadPagerMark(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        AddFault(rows, TableFaultKind.Paged, line, TerminalText.PagerReason);
        if (_session is { In: not null, Out: null, IsTunnel: false } && !_isBroken)
        {
            Break(line, "a pager stopped inside the session", rows);
        }
    }

    // Reports the first fault of a session. Its other lines are passed over.
    private void Break(ReadOnlySpan<char> line, string reason, ICollection<TableRow> rows)
    {
        if (!_isBroken)
        {
            AddFault(rows, TableFaultKind.Invalid, line, reason);
        }

        _isBroken = true;
        _lastLine = Line;
    }

    private void FinishIfComplete(ICollection<TableRow> rows)
    {
        if (_session?.Out is not null)
        {
            FinishSession(rows);
        }
    }

    private void FinishSession(ICollection<TableRow> rows)
    {
        if (_session is { IsTunnel: false } && !_isBroken)
        {
            RouterMapping? mapping = _session.ToMapping(out TableFault? fault);
            rows.Add(new TableRow(_firstLine, _lastLine) { Mapping = mapping, Fault = fault });
        }

        _session = null;
        _wing = null;
        _isBroken = false;
    }
}
