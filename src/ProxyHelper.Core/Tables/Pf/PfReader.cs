using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.Pf;

/// <summary>
/// Reads the states that "pfctl -ss" prints, also with -v or -vv, and the states of "pfctl -sa". The hosts of a state
/// have other forms before and after OpenBSD 4.5, but a text has one form only.
/// </summary>
internal sealed class PfReader : LineTableReader
{
    private const string StatesTitle = "STATES:";

    private readonly PfState _state = new();
    private TableFault? _fault;
    private bool _isInState;
    private int _firstLine;
    private int _lastLine;
    private PfDetail _lastDetail;
    private bool _isTcp;
    private bool? _isOldForm;
    private bool _isOtherSection;

    /// <summary>Gets the form.</summary>
    public static TableFormat Format { get; } = new(NatSystem.Pf, "pfctl -ss")
    {
        Recognizes = TableFormat.AnyLine(PfRecognition.IsOfForm),
        CreateReader = () => new PfReader(),
        CreateIndex = () => new TwoStatesIndex(),
        CreateJoin = () => new StateJoin(),
    };

    /// <inheritdoc/>
    protected override void FinishTable(ICollection<TableRow> rows) => EndState(rows);

    /// <inheritdoc/>
    protected override void ReadLine(ReadOnlySpan<char> line, ICollection<TableRow> rows)
    {
        ReadOnlySpan<char> text = line.Trim();
        if (PfRecognition.IsTitle(text))
        {
            EndState(rows);
            _isOtherSection = !text.SequenceEqual(StatesTitle);
        }
        else if (TerminalText.HasPagerMark(text))
        {
            EndState(rows);
            AddFault(rows, TableFaultKind.Paged, text, TerminalText.PagerReason);
        }
        else if (!_isOtherSection && !PfRecognition.IsSilent(text))
        {
            ReadState(text, rows);
        }
    }

    /// <inheritdoc/>
    protected override void ReadLongLine(ReadOnlySpan<char> start, ICollection<TableRow> rows)
    {
        EndState(rows);
        if (!_isOtherSection)
        {
            base.ReadLongLine(start, rows);
        }
    }

    private void ReadState(ReadOnlySpan<char> text, ICollection<TableRow> rows)
    {
        var detail = new PfDetailLine(text);
        if (detail.Kind == PfDetail.None)
        {
            EndState(rows);
            StartState(text);
        }
        else if (!_isInState || detail.Kind <= _lastDetail || (detail.Kind == PfDetail.Windows && !_isTcp))
        {
            EndState(rows);
            StartFault(TableFaultKind.Incomplete, PfFault.DetailOrder, text, default);
        }
        else if (_fault is null && !detail.TryRead(_state))
        {
            EndState(rows);
            StartFault(TableFaultKind.Invalid, PfFault.Detail, text, text);
        }

        _lastDetail = detail.Kind;
        _lastLine = Line;
    }

    private void StartState(ReadOnlySpan<char> text)
    {
        var line = new PfStateLine(text);
        var ends = default(PfEnds);
        PfFault fault = line.Read();
        fault = fault == PfFault.None ? ends.Read(line.Hosts, line.Protocol) : fault;
        fault = fault == PfFault.None && !HasFormOfText(line) ? PfFault.MixedForms : fault;
        if (fault != PfFault.None)
        {
            StartFault(TableFaultKind.Invalid, fault, text, line.FaultWord);
            return;
        }

        _state.Start(line, ends);
        _isTcp = line.Protocol == IPProtocol.Tcp;
        _isInState = true;
        _firstLine = Line;
    }

    // The lines after a faulty line belong to the fault.
    private void StartFault(TableFaultKind kind, PfFault fault, ReadOnlySpan<char> text, ReadOnlySpan<char> word)
    {
        _fault = new TableFault(kind, PfFaultText.Describe(fault, word)) { Text = text.ToString() };
        _isTcp = true;
        _isInState = true;
        _firstLine = Line;
    }

    private void EndState(ICollection<TableRow> rows)
    {
        if (_isInState)
        {
            rows.Add(new TableRow(_firstLine, _lastLine)
            {
                Mapping = _fault is null ? _state.Make() : null,
                Fault = _fault,
            });
        }

        _isInState = false;
        _fault = null;
    }

    private bool HasFormOfText(scoped in PfStateLine line)
    {
        bool isOldForm = line.Hosts.HasLast;
        if (!isOldForm && !line.Hosts.HasLeftInside && !line.Hosts.HasRightInside)
        {
            return true; // Both forms print a state without translation alike.
        }

        _isOldForm ??= isOldForm;
        return _isOldForm == isOldForm;
    }
}
