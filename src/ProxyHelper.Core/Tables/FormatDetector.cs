using System.Numerics;
using System.Text;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables;

/// <summary>
/// Reads a table whose form is not known. The first lines are held until one form recognizes them, and are then read in
/// this form.
/// </summary>
/// <param name="system">The system of the table, or null if any system is possible.</param>
public sealed class FormatDetector(NatSystem? system = null) : TableReader
{
    private const int MaxHeldCharacters = 64 * 1024;
    private const int MaxHeldLines = 4096;
    private const int OftenTriedLines = 16;

    private readonly IReadOnlyList<TableFormat> _formats = TableFormats.Of(system);
    private readonly List<(int Length, bool EndsLine)> _held = [];
    private readonly StringBuilder _head = new();
    private TableReader? _reader;

    /// <summary>Gets the system of the table, or null while the form is not known.</summary>
    public NatSystem? System => Format?.System;

    /// <summary>Gets the form of the table, or null while the form is not known.</summary>
    internal TableFormat? Format { get; private set; }

    // The first object of a JSON text can have many lines. They are not tried after each one.
    private bool IsTime => _held.Count <= OftenTriedLines || BitOperations.IsPow2(_held.Count);

    /// <inheritdoc/>
    public override void Finish(ICollection<TableRow> rows)
    {
        if (_reader is null)
        {
            Choose(Recognize() ?? _formats[0], rows);
        }

        _reader!.Finish(rows);
    }

    /// <inheritdoc/>
    protected override void ReadPiece(
        ReadOnlySpan<char> text, bool startsLine, bool endsLine, ICollection<TableRow> rows)
    {
        if (_reader is not null)
        {
            _reader.Read(text, endsLine, rows);
            return;
        }

        _head.Append(text).Append(endsLine ? "\n" : string.Empty);
        _held.Add((text.Length, endsLine));
        bool isFull = _head.Length >= MaxHeldCharacters || _held.Count >= MaxHeldLines;
        TableFormat? format = isFull || IsTime ? Recognize() : null;
        if (format is not null || isFull)
        {
            Choose(format ?? _formats[0], rows);
        }
    }

    private TableFormat? Recognize()
    {
        string head = _head.ToString();
        return string.IsNullOrWhiteSpace(head)
            ? null
            : _formats.FirstOrDefault(candidate => candidate.Recognizes(head));
    }

    private void Choose(TableFormat format, ICollection<TableRow> rows)
    {
        Format = format;
        _reader = format.CreateReader();
        string head = _head.ToString();
        int start = 0;
        foreach ((int length, bool endsLine) in _held)
        {
            _reader.Read(head.AsSpan(start, length), endsLine, rows);
            start += length + (endsLine ? 1 : 0);
        }

        _held.Clear();
        _head.Clear();
    }
}
