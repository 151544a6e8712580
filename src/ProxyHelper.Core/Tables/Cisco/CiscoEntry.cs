using System.Collections.ObjectModel;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.Cisco;

/// <summary>Holds the row that the last lines belong to, until its last line is known.</summary>
internal sealed class CiscoEntry
{
    private static readonly ReadOnlyDictionary<string, string> _static =
        new Dictionary<string, string> { ["static"] = "true" }.AsReadOnly();

    private static readonly TableFault _cut =
        new(TableFaultKind.Incomplete, "the values of the translation end before its identifier");

    private readonly CiscoDetails _details = new();
    private string _text = string.Empty;
    private MappingEnds? _ends;
    private bool _isVerbose;
    private bool _isSkipped;
    private int _firstLine;
    private int _lastLine;

    /// <summary>Begins an entry with its row.</summary>
    public void Begin(in CiscoRow row, ReadOnlySpan<char> text, int line)
    {
        _ends = row.Ends;
        _text = _isVerbose ? text.ToString() : string.Empty;
        _details.Clear();
        _isSkipped = false;
        _firstLine = _lastLine = line;
    }

    /// <summary>Forgets the entry, and passes over the lines below a faulty line.</summary>
    public void Skip()
    {
        _ends = null;
        _isSkipped = true;
    }

    /// <summary>Returns whether the entry has a row and no values yet, and the row is in a line.</summary>
    public bool EndsAt(int line) => _ends is not null && !_details.HasAny && _lastLine == line;

    /// <summary>Reads a line below the row.</summary>
    /// <returns>The reason why the line is not right, or null.</returns>
    public string? ReadDetail(ReadOnlySpan<char> line, int number)
    {
        if (!CiscoDetails.AreIn(line))
        {
            return "neither a translation nor a value of one";
        }

        if (_ends is null)
        {
            return _isSkipped ? null : "a value without a translation";
        }

        _isVerbose = true;
        string? reason = _details.Read(line);
        _lastLine = reason is null ? number : _lastLine;
        return reason;
    }

    /// <summary>Adds the entry to the rows.</summary>
    public void Flush(ICollection<TableRow> rows)
    {
        // The same addresses can stand for other hosts in another VRF, so an entry without its VRF is not shown.
        if (_ends is { } ends)
        {
            rows.Add(_isVerbose && !_details.AreComplete
                ? new TableRow(_firstLine, _lastLine) { Fault = _cut with { Text = _text } }
                : new TableRow(_firstLine, _lastLine) { Mapping = MakeMapping(ends) });
        }

        _ends = null;
        _isSkipped = false;
    }

    // IOS XE writes a time of zero for a configured translation, which never expires.
    private RouterMapping MakeMapping(in MappingEnds ends)
    {
        bool isStatic = !ends.AreComplete;
        return new RouterMapping(NatSystem.Cisco)
        {
            Protocol = ends.Protocol,
            OriginalSource = ends.OriginalSource,
            OriginalDestination = ends.OriginalDestination,
            TranslatedSource = ends.TranslatedSource,
            TranslatedDestination = ends.TranslatedDestination,
            TimeLeft = isStatic && _details.TimeLeft == TimeSpan.Zero ? null : _details.TimeLeft,
            Age = _details.Age,
            Part = isStatic ? MappingPart.Static : MappingPart.Whole,
            RoutingDomain = _details.Domain,
            Id = _details.Id,
            Details = _details.HasAny ? _details.Others(isStatic)
                : isStatic ? _static
                : ReadOnlyDictionary<string, string>.Empty,
        };
    }
}
