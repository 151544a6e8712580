using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.Cisco;

/// <summary>
/// Reads the output of "show ip nat translations" of Cisco IOS and IOS XE, with and without the keyword verbose. A row
/// has the ends of a connection that the inside opened, because the table does not show which side opened it.
/// </summary>
internal sealed class CiscoReader : LineTableReader
{
    private const string PagerMark = "--More--";
    private const string TotalStart = "Total number of translations:";

    private readonly CiscoEntry _entry = new();
    private int _count;
    private bool _isOtherTable;

    /// <summary>Gets the form.</summary>
    public static TableFormat Format { get; } = new(NatSystem.Cisco, "show ip nat translations")
    {
        Recognizes = TableFormat.AnyLine(IsOfForm),
        CreateReader = () => new CiscoReader(),
        CreateIndex = () => new EitherWayIndex(),
        CreateJoin = () => new EitherWayJoin(),
    };

    /// <inheritdoc/>
    protected override void FinishTable(ICollection<TableRow> rows) => _entry.Flush(rows);

    /// <inheritdoc/>
    protected override void ReadLine(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        ReadOnlySpan<char> text = line.Trim();
        if (text.IsEmpty)
        {
            return;
        }

        if (TerminalText.HasPagerMark(line))
        {
            ReadPagerMark(line, rows);
        }
        else if (text.StartsWith("Pro ", StringComparison.Ordinal))
        {
            ReadHeading(text, rows);
        }
        else if (_entry.EndsAt(Line - 1) && CiscoRow.MayContinue(text))
        {
            _entry.Skip();
            AddFault(rows, TableFaultKind.Incomplete, line, TerminalText.WrapReason);
        }
        else if (CiscoRow.Begins(text))
        {
            _entry.Flush(rows);
            ReadRow(text, rows);
        }
        else if (text.StartsWith(TotalStart, StringComparison.Ordinal))
        {
            _entry.Flush(rows);
            ReadTotal(text[TotalStart.Length..].Trim(), line, rows);
        }
        else
        {
            ReadOther(line, rows);
        }
    }

    /// <inheritdoc/>
    protected override void ReadLongLine(ReadOnlySpan<char> start, ICollection<TableRow> rows)
    {
        _entry.Flush(rows);
        base.ReadLongLine(start, rows);
    }

    private static bool IsOfForm(ReadOnlySpan<char> line)
    {
        var row = default(CiscoRow);
        return IsHeading(line.Trim()) || row.TryRead(line);
    }

    // "exec prompt timestamp" prints two lines before the output of each command.
    private static bool IsTimestamp(ReadOnlySpan<char> line) =>
        line.StartsWith("Load for five secs:", StringComparison.Ordinal)
        || line.StartsWith("Time source is ", StringComparison.Ordinal);

    private static bool IsHeading(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<string> names =
            ["Pro", "Inside", "global", "Inside", "local", "Outside", "local", "Outside", "global"];
        Span<Range> words = stackalloc Range[names.Length + 1];
        if (line.SplitAny(words, " \t", StringSplitOptions.RemoveEmptyEntries) != names.Length)
        {
            return false;
        }

        for (int index = 0; index < names.Length; index++)
        {
            if (!line[words[index]].SequenceEqual(names[index]))
            {
                return false;
            }
        }

        return true;
    }

    // The pager erases its mark with backspaces, and the next row follows in the same line.
    private void ReadPagerMark(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        _entry.Flush(rows);
        _entry.Skip();
        AddFault(rows, TableFaultKind.Paged, line, TerminalText.PagerReason);
        int mark = line.IndexOf(PagerMark, StringComparison.OrdinalIgnoreCase);
        ReadOnlySpan<char> rest = mark < 0 ? default : line[(mark + PagerMark.Length)..].Trim(" \t\b\r");
        if (!rest.IsEmpty && !TerminalText.HasPagerMark(rest))
        {
            ReadLine(rest, rows);
        }
    }

    // A heading can stand in the middle of an entry, so it does not end the entry.
    private void ReadHeading(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        _isOtherTable = !IsHeading(line);
        if (_isOtherTable)
        {
            _entry.Flush(rows);
            AddFault(rows, TableFaultKind.WrongForm, line, "the heading of another table");
        }
    }

    private void ReadRow(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        _count++;
        var row = default(CiscoRow);
        bool isRow = !_isOtherTable && row.TryRead(line);
        bool mayBeCut = isRow && LacksLineEnd && line is not [.., '-'];
        if (isRow && !mayBeCut)
        {
            _entry.Begin(row, line, Line);
            return;
        }

        TableFaultKind kind = mayBeCut ? TableFaultKind.Incomplete : TableFaultKind.Invalid;
        AddFault(rows, kind, line, mayBeCut ? NoLineEndReason : row.Fault ?? "a row of another table");
        _entry.Skip();
    }

    // Rows that a terminal or a person left out can be the second answer of a look-up.
    private void ReadTotal(ReadOnlySpan<char> total, ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        if (!NumberText.TryRead(total, out int count))
        {
            AddFault(rows, TableFaultKind.Invalid, line, "no number of translations");
        }
        else if (count != _count)
        {
            string reason = $"the text has {_count} translations, and the router had {count}";
            AddFault(rows, TableFaultKind.Incomplete, line, reason);
        }

        _count = 0;
    }

    private void ReadOther(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        bool isTerminal = TerminalText.IsPrompt(line) || IsTimestamp(line);
        string? reason = isTerminal ? null : _entry.ReadDetail(line, Line);
        if (isTerminal || reason is not null)
        {
            _entry.Flush(rows);
        }

        if (reason is not null)
        {
            AddFault(rows, TableFaultKind.Invalid, line, reason);
            _entry.Skip();
        }
    }
}
