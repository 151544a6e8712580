using System.Collections.ObjectModel;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.IPFilter;

/// <summary>Holds the session that the last lines belong to, until its last line is known.</summary>
internal sealed class IPFilterEntry
{
    private static readonly TableFault _cut =
        new(TableFaultKind.Incomplete, "the session lacks the line with its time to live");

    private IPFilterType? _type;
    private string _text = string.Empty;
    private ReadOnlyDictionary<string, string> _marks = ReadOnlyDictionary<string, string>.Empty;
    private MappingEnds _ends;
    private IPFilterDetails _details;
    private bool _hasPorts;
    private bool _isTemplate;
    private bool _isVerbose;
    private bool _isFaulty;
    private bool _isSkipped;
    private int _firstLine;
    private int _lastLine;

    /// <summary>Begins an entry with the line of its session.</summary>
    public void Begin(in IPFilterSession session, ReadOnlySpan<char> text, int line)
    {
        _text = _isVerbose ? text.ToString() : string.Empty;
        _type = session.Type;
        _marks = session.Type!.Details(session.IsClone, session.IsOrphan);
        _ends = session.Ends;
        _isTemplate = session.IsClone;
        _hasPorts = session.HasPorts;
        _details = default;
        _isSkipped = _isFaulty = false;
        _firstLine = _lastLine = line;
    }

    /// <summary>Passes over the lines below a faulty line.</summary>
    public void Skip() => _isSkipped = true;

    /// <summary>Reads a line below the session.</summary>
    /// <returns>The reason why the line is not right, or null.</returns>
    public string? ReadDetail(ReadOnlySpan<char> line, int number)
    {
        if (_type is null)
        {
            return _isSkipped ? null : "a value without a session";
        }

        if (_details.HasLifetime && IPFilterDetails.IsLifetime(line))
        {
            _type = null;
            return "the second 'ttl' of a session";
        }

        string? reason = _details.Read(line) ?? FindConflict();
        _isVerbose |= _details.HasLifetime;
        _isFaulty |= reason is not null;
        _lastLine = reason is null ? number : _lastLine;
        return reason;
    }

    /// <summary>Adds the entry to the rows.</summary>
    public void Flush(ICollection<TableRow> rows)
    {
        if (_type is { } type)
        {
            rows.Add(new TableRow(_firstLine, _lastLine) { Mapping = MakeMapping(type) });
            if (_isVerbose && !_details.HasLifetime && !_isFaulty)
            {
                rows.Add(new TableRow(_firstLine, _lastLine) { Fault = _cut with { Text = _text } });
            }
        }

        _type = null;
        _isSkipped = false;
    }

    // An entry that contradicts itself is two entries, of which some lines are missing.
    private string? FindConflict()
    {
        if (_details.Protocol is not { } protocol)
        {
            return null;
        }

        string? conflict = _ends.Protocol is { } named && named != protocol ? "not the protocol of the session"
            : IPFilterSession.NeedsPorts(protocol) && !_hasPorts ? "a protocol whose sessions have ports"
            : null;
        _type = conflict is null ? _type : null;
        return conflict;
    }

    private RouterMapping MakeMapping(IPFilterType type) => new(NatSystem.IPFilter)
    {
        Protocol = _ends.Protocol ?? _details.Protocol,
        OriginalSource = _ends.OriginalSource,
        OriginalDestination = _ends.OriginalDestination,
        TranslatedSource = _ends.TranslatedSource,
        TranslatedDestination = _ends.TranslatedDestination,
        TimeLeft = _details.TimeLeft,
        Counters = _details.Counters.ByDirection(type.IsIncoming),
        Direction = type.Direction,
        Part = _isTemplate ? MappingPart.Static : type.Part,
        Details = _marks,
    };
}
