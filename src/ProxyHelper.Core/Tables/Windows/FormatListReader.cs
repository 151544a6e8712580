using System.Buffers;
using ProxyHelper.Mappings;
using ProxyHelper.Tables.Json;
using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables.Windows;

/// <summary>
/// Reads "Get-NetNatSession | Format-List": a block of lines "Name : value" for each session, with a blank line after
/// the block. A long value goes on below its start.
/// </summary>
internal sealed class FormatListReader : LineTableReader
{
    private const string Advice = "Use 'Get-NetNatSession | ConvertTo-Json'";

    private static readonly SearchValues<char> _nameLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private readonly WindowsSession _session = new();
    private string _start = string.Empty; // the first line of the block
    private TableFault? _fault;
    private int _firstLine;
    private int _lastLine;
    private int _indent;
    private int _column; // of the values
    private int _lastKey;

    /// <summary>Gets the form.</summary>
    public static TableFormat Format { get; } = new(NatSystem.Windows, "Get-NetNatSession | Format-List")
    {
        Recognizes = Recognizes,
        CreateReader = () => new FormatListReader(),
        CreateIndex = () => new EitherWayIndex(),
    };

    private bool IsInBlock => _firstLine > 0;

    /// <inheritdoc/>
    protected override void FinishTable(ICollection<TableRow> rows)
    {
        if (IsInBlock && LacksLineEnd && WindowsSession.IsEnd(_lastKey))
        {
            _fault ??= new TableFault(TableFaultKind.Incomplete, NoLineEndReason);
        }

        EndBlock(rows);
    }

    /// <inheritdoc/>
    protected override void ReadLine(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        ReadOnlySpan<char> text = line.TrimEnd();
        if (text.IsEmpty || TerminalText.IsPrompt(line))
        {
            EndBlock(rows);
        }
        else if (TerminalText.HasPagerMark(text))
        {
            EndBlock(rows);
            AddFault(rows, TableFaultKind.Paged, line, $"{TerminalText.PagerReason}. {Advice}");
        }
        else if (TryReadProperty(text, out ReadOnlySpan<char> name, out int column))
        {
            AddProperty(name, text, column);
        }
        else if (IsInBlock && text.Length - text.TrimStart(' ').Length >= _column)
        {
            Continue(text);
        }
        else if (IsInBlock)
        {
            Spoil(text);
        }
        else
        {
            AddFault(rows, TableFaultKind.WrongForm, line, $"neither a property nor a part of one. {Advice}");
        }
    }

    /// <inheritdoc/>
    protected override void ReadLongLine(ReadOnlySpan<char> start, ICollection<TableRow> rows)
    {
        if (IsInBlock)
        {
            Spoil(start);
        }
        else
        {
            base.ReadLongLine(start, rows);
        }
    }

    private static bool Recognizes(ReadOnlySpan<char> head) =>
        WindowsSession.HasName(head) && !head.TrimStart().StartsWith('<') && !JsonTableReader.IsJson(head);

    /// <summary>Reads "Name   : value". All names of a block have the same indent.</summary>
    private bool TryReadProperty(ReadOnlySpan<char> line, out ReadOnlySpan<char> name, out int column)
    {
        int indent = line.Length - line.TrimStart(' ').Length;
        int colon = line.IndexOf(':');
        name = colon > indent ? line[indent..colon].TrimEnd(' ') : default;
        column = colon + 2;
        return colon > 0 && line[colon - 1] == ' ' && (line.Length == colon + 1 || line[colon + 1] == ' ')
            && !name.ContainsAnyExcept(_nameLetters)
            && (!IsInBlock || indent == _indent);
    }

    private void AddProperty(ReadOnlySpan<char> name, ReadOnlySpan<char> line, int column)
    {
        if (!IsInBlock)
        {
            StartBlock(line);
        }

        _lastLine = Line;
        _indent = line.Length - line.TrimStart(' ').Length;
        _column = column;
        _lastKey = _session.Values.KeyOf(name);
        _session.Values.Add(name, line[Math.Min(column, line.Length)..]);
    }

    private void StartBlock(ReadOnlySpan<char> line)
    {
        _session.Values.Clear();
        _firstLine = Line;
        _start = TableFault.BeginningOf(line);
        _fault = null;
    }

    // The console cuts a long value anywhere, so the parts have no blank between them.
    private void Continue(ReadOnlySpan<char> line)
    {
        _lastLine = Line;
        if (_lastKey >= 0)
        {
            _session.Values.AppendToLast(line[_column..]);
        }
    }

    private void Spoil(ReadOnlySpan<char> line)
    {
        _lastLine = Line;
        _fault ??= new TableFault(TableFaultKind.Invalid, $"not a property: {FaultWord.Show(line)}");
    }

    private void EndBlock(ICollection<TableRow> rows)
    {
        if (!IsInBlock)
        {
            return;
        }

        RouterMapping? mapping = _session.ToMapping(out TableFault? fault);
        fault = _fault ?? fault;
        rows.Add(new TableRow(_firstLine, _lastLine)
        {
            Mapping = fault is null ? mapping : null,
            Fault = fault is null ? null : fault with { Text = _start },
        });
        _firstLine = 0;
    }
}
