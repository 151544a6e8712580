using System.Net.Sockets;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>Reads one line of a saved table, word by word, up to the first fault.</summary>
internal ref struct SavedLineReader
{
    private ConntrackEntryValues _values;
    private LineWords _words;
    private AddressFamily? _family;
    private SavedTuple _tuple;
    private bool _hasDirection;
    private bool _hasPorts;
    private bool _hasUse;
    private bool _endsWithValue;

    /// <summary>Initializes a reader before the first word.</summary>
    public SavedLineReader(ReadOnlySpan<char> line)
    {
        _words = new LineWords(line);
        _values.Status = ConntrackStatus.SeenReply; // until the line has [UNREPLIED]
    }

    /// <summary>Gets the change that the line reports, or null if the line is not an event.</summary>
    public ConntrackChangeKind? Change { get; private set; }

    /// <summary>Gets the time of the event, or null if the line has none.</summary>
    public DateTimeOffset? At { get; private set; }

    /// <summary>
    /// Gets whether the last value may be cut. A line of a table has the number of uses after all values that belong to
    /// a direction.
    /// </summary>
    public readonly bool MayBeCut => Change is null && EndsWithPort;

    /// <summary>Gets whether the last word of the line is a value of a direction, such as a port.</summary>
    public readonly bool EndsWithPort => !_hasUse && _endsWithValue;

    /// <summary>Gets the first fault.</summary>
    public SavedLineFault Fault { get; private set; }

    /// <summary>Gets the faulty word, or the faulty value in the word.</summary>
    public readonly ReadOnlySpan<char> FaultWord =>
        _words.HasValue && Fault != SavedLineFault.Repeated ? _words.Value : _words.Current;

    /// <summary>Gets whether the reader has reached the reply direction.</summary>
    public bool IsReply { get; private set; }

    /// <summary>Reads the line.</summary>
    /// <param name="values">Receives the values of the entry. After a fault, the values are incomplete.</param>
    /// <returns>False if the line has a fault.</returns>
    public bool TryRead(out ConntrackEntryValues values)
    {
        Fault = ReadHead();
        while (Fault == SavedLineFault.None && !_words.Current.IsEmpty)
        {
            Fault = ReadWord();
            if (Fault == SavedLineFault.None)
            {
                _words.MoveNext();
            }
        }

        if (Fault == SavedLineFault.None)
        {
            Fault = FinishLine();
        }

        values = _values;
        return Fault == SavedLineFault.None;
    }

    private SavedLineFault ReadHead()
    {
        var head = default(SavedLineHead);
        SavedLineFault fault = head.Read(ref _words, ref _values);
        (Change, At, _family) = (head.Change, head.At, head.Family);
        _tuple = new SavedTuple(head.Protocol);
        return fault;
    }

    private SavedLineFault ReadWord()
    {
        _endsWithValue = _words.HasValue;
        if (_words.IsBracketed)
        {
            SavedMarks.Read(_words.Current, ref _values);
            return SavedLineFault.None;
        }

        if (!_words.HasValue)
        {
            return SavedLineFault.None; // a word that only some kernels write
        }

        if (!_tuple.HasName(_words.Name))
        {
            _hasUse |= _words.Name is "use";
            return SavedValues.Read(_words.Name, _words.Value, IsReply, ref _values);
        }

        SavedLineFault fault = _words.Name is "src" ? BeginDirection() : SavedLineFault.None;
        fault = fault == SavedLineFault.None && !_hasDirection ? SavedLineFault.NoSource : fault;
        return fault == SavedLineFault.None ? _tuple.Read(_words.Name, _words.Value) : fault;
    }

    // A source address begins a direction. A third source address is a repeated value of the reply direction.
    private SavedLineFault BeginDirection()
    {
        if (!_hasDirection || IsReply)
        {
            _hasDirection = true;
            return SavedLineFault.None;
        }

        SavedLineFault fault = FinishDirection(out _values.Original);
        if (fault == SavedLineFault.None)
        {
            _hasPorts = _tuple.HasPorts;
            _tuple = new SavedTuple(_values.Original.Protocol);
            IsReply = true;
        }

        return fault;
    }

    private SavedLineFault FinishLine()
    {
        SavedLineFault fault = FinishDirection(out _values.Reply);
        if (fault != SavedLineFault.None)
        {
            return fault;
        }

        if (!IsReply)
        {
            IsReply = true; // the fault is about the reply direction, which is missing
            return SavedLineFault.NoSource;
        }

        return _tuple.HasPorts == _hasPorts ? SavedLineFault.None : SavedLineFault.NoPorts;
    }

    private SavedLineFault FinishDirection(out ConntrackTuple tuple)
    {
        SavedLineFault fault = _tuple.MakeTuple(out tuple);
        _family ??= tuple.AddressFamily;
        return fault == SavedLineFault.None && _family != tuple.AddressFamily ? SavedLineFault.MixedFamilies : fault;
    }
}
