using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.IPFilter;

/// <summary>
/// Reads the output of "ipnat -l" and "ipnat -lv" of IPFilter 4 and 5: rules, sessions, and host mappings. Only
/// sessions become rows. A session of version 4 has its protocol only with -v. A session without protocol never answers
/// a look-up.
/// </summary>
internal sealed class IPFilterReader : LineTableReader
{
    private const string Command = "ipnat -";

    private readonly IPFilterEntry _entry = new();
    private Section _section;

    private enum Section
    {
        /// <summary>The text before any heading. Sessions that were selected with grep have no heading.</summary>
        Start,

        /// <summary>The list of sessions.</summary>
        Sessions,

        /// <summary>The list of rules, or of host mappings.</summary>
        Other,
    }

    /// <summary>Gets the form.</summary>
    public static TableFormat Format { get; } = new(NatSystem.IPFilter, "ipnat -l")
    {
        Recognizes = TableFormat.AnyLine(IsOfForm),
        CreateReader = () => new IPFilterReader(),
        CreateIndex = () => new IPFilterIndex(),
        CreateJoin = () => new StateJoin(),
    };

    /// <inheritdoc/>
    protected override void FinishTable(ICollection<TableRow> rows) => _entry.Flush(rows);

    /// <inheritdoc/>
    protected override void ReadLine(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        if (line.IsWhiteSpace())
        {
            return;
        }

        if (TerminalText.HasPagerMark(line))
        {
            _entry.Flush(rows);
            _entry.Skip();
            AddFault(rows, TableFaultKind.Paged, line, TerminalText.PagerReason);
        }
        else if (TryReadHeading(line))
        {
            _entry.Flush(rows);
        }
        else if (line.Contains(IPFilterSession.Arrow, StringComparison.Ordinal))
        {
            _entry.Flush(rows);
            ReadSession(line, rows);
        }
        else if (_section != Section.Other)
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
        var session = default(IPFilterSession);
        return line.StartsWith(Headings.Rules, StringComparison.Ordinal)
            || line.StartsWith(Headings.Sessions, StringComparison.Ordinal)
            || session.TryRead(line);
    }

    // "# ipnat -lv", "root@nat:~ # ipnat -l", and the prompts "#" and "nat$" after the listing.
    private static bool IsShell(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> text = line.Trim();
        return TerminalText.IsPrompt(line)
            || text.Contains(Command, StringComparison.Ordinal)
            || text is [.., '#' or '$' or '%' or '>'];
    }

    private bool TryReadHeading(ReadOnlySpan<char> line)
    {
        bool isHeading = line.StartsWith(Headings.Start, StringComparison.Ordinal)
            || line.StartsWith(Headings.HostMap, StringComparison.Ordinal);
        _section = !isHeading ? _section
            : line.StartsWith(Headings.Sessions, StringComparison.Ordinal) ? Section.Sessions
            : Section.Other;
        return isHeading;
    }

    private void ReadSession(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        var session = default(IPFilterSession);
        if (_section == Section.Other)
        {
            AddFault(rows, TableFaultKind.Invalid, line, $"a session before '{Headings.Sessions}'");
            _entry.Skip();
        }
        else if (session.TryRead(line))
        {
            _entry.Begin(session, line, Line);
        }
        else
        {
            AddFault(rows, session.IsOther ? TableFaultKind.OtherEntry : TableFaultKind.Invalid, line, session.Fault!);
            _entry.Skip();
        }
    }

    private void ReadOther(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        bool isDetail = line[0] is '\t' or ' ';
        string? reason = isDetail ? _entry.ReadDetail(line, Line)
            : IsShell(line) ? null
            : "not a session";
        if (reason is not null || !isDetail)
        {
            _entry.Flush(rows);
        }

        if (reason is not null)
        {
            AddFault(rows, TableFaultKind.Invalid, line, reason);
            _entry.Skip();
        }
    }

    private static class Headings
    {
        public const string Start = "List of ";
        public const string Rules = "List of active MAP/Redirect filters:";
        public const string Sessions = "List of active sessions:";
        public const string HostMap = "Hostmap table:";
    }
}
