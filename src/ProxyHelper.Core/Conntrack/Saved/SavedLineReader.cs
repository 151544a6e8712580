using System.Net.Sockets;

namespace ProxyHelper.Conntrack.Saved;

/// <summary>Reads one line of a saved table, word by word, up to the first that does not fit.</summary>
internal ref struct SavedLineReader
{
    private readonly ConntrackEntry _entry = new() { Status = ConntrackStatus.SeenReply };
    private LineWords _words;
    private AddressFamily? _family;
    private SavedTuple _tuple;
    private bool _hasDirection;
    private bool _hasPorts;

    /// <summary>Starts before the first word.</summary>
    public SavedLineReader(ReadOnlySpan<char> line)
    {
        _words = new LineWords(line);
    }

    /// <summary>What does not fit.</summary>
    public SavedLineFault Fault { get; private set; }

    /// <summary>Where it came to: the word, or the value in it, that does not fit.</summary>
    public readonly ReadOnlySpan<char> FaultWord => _words.HasValue && Fault != SavedLineFault.Repeated ? _words.Value : _words.Current;

    /// <summary>Whether it came to the reply direction.</summary>
    public bool IsReply { get; private set; }

    /// <summary>Reads the line.</summary>
    /// <returns>False at a fault; the entry is not to be used then.</returns>
    public bool TryRead(out ConntrackEntry entry)
    {
        entry = _entry;
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
            Fault = Finish();
        }

        return Fault == SavedLineFault.None;
    }

    private SavedLineFault ReadHead()
    {
        var head = default(SavedLineHead);
        SavedLineFault fault = head.Read(ref _words, _entry);
        _family = head.Family;
        _tuple = new SavedTuple(head.Protocol);
        return fault;
    }

    private SavedLineFault ReadWord()
    {
        if (_words.IsBracketed)
        {
            return _words.IsClosed ? SavedMarks.Read(_words.Current, _entry) : SavedLineFault.Bracket;
        }

        if (!_words.HasValue)
        {
            return SavedLineFault.Word;
        }

        if (!_tuple.Takes(_words.Name))
        {
            return SavedValues.Read(_words.Name, _words.Value, IsReply, _entry);
        }

        SavedLineFault fault = _words.Name is "src" ? BeginDirection() : SavedLineFault.None;
        fault = fault == SavedLineFault.None && !_hasDirection ? SavedLineFault.NoSource : fault;
        return fault == SavedLineFault.None ? _tuple.Read(_words.Name, _words.Value) : fault;
    }

    /// <summary>A source address begins a direction. There is no third one: its source is one too many.</summary>
    private SavedLineFault BeginDirection()
    {
        if (!_hasDirection || IsReply)
        {
            _hasDirection = true;
            return SavedLineFault.None;
        }

        SavedLineFault fault = FinishDirection(out ConntrackTuple tuple);
        if (fault == SavedLineFault.None)
        {
            _entry.Original = tuple;
            _hasPorts = _tuple.HasPorts;
            _tuple = new SavedTuple(tuple.Protocol);
            IsReply = true;
        }

        return fault;
    }

    private SavedLineFault Finish()
    {
        SavedLineFault fault = FinishDirection(out ConntrackTuple tuple);
        if (fault != SavedLineFault.None)
        {
            return fault;
        }

        if (!IsReply)
        {
            IsReply = true; // it is the one that is missing
            return SavedLineFault.NoSource;
        }

        _entry.Reply = tuple;
        return _tuple.HasPorts == _hasPorts ? SavedLineFault.None : SavedLineFault.NoPorts;
    }

    private SavedLineFault FinishDirection(out ConntrackTuple tuple)
    {
        SavedLineFault fault = _tuple.Finish(out tuple);
        _family ??= tuple.AddressFamily;
        return fault == SavedLineFault.None && _family != tuple.AddressFamily ? SavedLineFault.MixedFamilies : fault;
    }
}
