using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Saved;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.Conntrack;

/// <summary>Reads lines of "conntrack -L", "conntrack -E" and /proc/net/nf_conntrack.</summary>
internal sealed class ConntrackLineReader : LineTableReader
{
    /// <summary>Gets the form.</summary>
    public static TableFormat Format { get; } = new(NatSystem.Conntrack, "conntrack -L")
    {
        Recognizes = head => SavedEntry.TryRead(FirstLine(head), out _, out _),
        CreateReader = () => new ConntrackLineReader(),
        CreateIndex = () => new ExactIndex(),
    };

    /// <inheritdoc/>
    protected override void ReadLine(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        if (SavedEntry.TryRead(line, out ConntrackEntry? entry, out SavedLineFault fault))
        {
            rows.Add(new TableRow(Line, Line) { Mapping = entry });
        }
        else if (fault != SavedLineFault.None)
        {
            AddFault(rows, TableFaultKind.Invalid, line, SavedEntry.Explain(line)!);
        }
    }

    private static ReadOnlySpan<char> FirstLine(ReadOnlySpan<char> head)
    {
        ReadOnlySpan<char> text = head.TrimStart();
        int end = text.IndexOf('\n');
        return end < 0 ? text : text[..end];
    }
}
