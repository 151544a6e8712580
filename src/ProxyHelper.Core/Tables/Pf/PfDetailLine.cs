using System.Buffers;
using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.Tables.Pf;

/// <summary>Specifies the lines after the first line of a state, in their order.</summary>
internal enum PfDetail : byte
{
    None,

    /// <summary>The sequence numbers of both ends of TCP.</summary>
    Windows,

    /// <summary>The age, the remaining time, the counters and the flags.</summary>
    Age,

    /// <summary>The identifier and the route.</summary>
    Id,

    /// <summary>The interface where the state was made.</summary>
    OriginalInterface,
}

/// <summary>Reads a line after the first line of a state. pfctl prints such lines with -v and -vv.</summary>
internal ref struct PfDetailLine
{
    private const int SecondsPerMinute = 60;
    private const int SecondsPerHour = 3600;
    private const int IdLength = 16;
    private const int CreatorLength = 8;
    private const int MaxHours = 10_000_000; // of a 32-bit count of seconds: 1193046

    private static readonly SearchValues<char> _hexDigits = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> _windowLetters = SearchValues.Create("[]()+ 0123456789wscale");

    private PfWords _words;

    /// <summary>Starts before the first word.</summary>
    public PfDetailLine(ReadOnlySpan<char> line)
    {
        _words = new PfWords(line);
        Kind = _words.Rest is ['[', ..] ? PfDetail.Windows
            : _words.TryTake("age") ? PfDetail.Age
            : _words.TryTake("id:") ? PfDetail.Id
            : _words.TryTake("origif:") ? PfDetail.OriginalInterface
            : PfDetail.None;
    }

    /// <summary>Gets the kind of the line, or <see cref="PfDetail.None"/> for the first line of a state.</summary>
    public PfDetail Kind { get; }

    /// <summary>Reads the line.</summary>
    /// <returns>False if the line has another form than pfctl prints.</returns>
    public bool TryRead(PfState state) => Kind switch
    {
        PfDetail.Windows => TryReadWindows(state),
        PfDetail.Age => TryReadAge(state),
        PfDetail.Id => TryReadId(state),
        _ => TryReadOriginalInterface(state),
    };

    // "[1 + 2] wscale 7  [3 + 4](+5) wscale 10"
    private readonly bool TryReadWindows(PfState state)
    {
        ReadOnlySpan<char> text = _words.Rest;
        state.AddWindows(text);
        return text.Count('[') == 2 && text.Count(']') == 2 && !text.ContainsAnyExcept(_windowLetters);
    }

    // "age 00:01:09, expires in 00:00:24, 249:432 pkts, 14863:616615 bytes, rule 3, allow-opts"
    private bool TryReadAge(PfState state)
    {
        bool isValid = TryReadClock(_words.TakeTo(','), out TimeSpan age)
            & _words.TryTake("expires") & _words.TryTake("in")
            & TryReadClock(_words.TakeTo(','), out TimeSpan timeLeft)
            & TryReadCount(" pkts", out ulong? packets, out ulong? replyPackets)
            & TryReadCount(" bytes", out ulong? bytes, out ulong? replyBytes);
        while (isValid && !_words.Rest.IsEmpty)
        {
            ReadOnlySpan<char> flag = _words.TakeTo(',');
            isValid = !flag.IsEmpty;
            state.AddFlag(flag);
        }

        if (isValid)
        {
            state.AddCounters(age, timeLeft, new MappingCounters(packets, bytes, replyPackets, replyBytes));
        }

        return isValid;
    }

    // Index 0 is the direction of the end that opened the connection. The first versions of pf have one count for both.
    private bool TryReadCount(string unit, out ulong? original, out ulong? reply)
    {
        (original, reply) = (null, null);
        ReadOnlySpan<char> text = _words.TakeTo(',');
        if (!text.EndsWith(unit, StringComparison.Ordinal))
        {
            return false;
        }

        text = text[..^unit.Length];
        int colon = text.IndexOf(':');
        bool isValid = NumberText.TryRead(text[(colon + 1)..], out ulong last);
        if (colon < 0)
        {
            return isValid;
        }

        isValid &= NumberText.TryRead(text[..colon], out ulong first);
        (original, reply) = (first, last);
        return isValid;
    }

    // "id: 5415dc6a00000001 creatorid: fc08c4c0 route-to: 203.0.113.49@igb1 rtable: 0"
    private bool TryReadId(PfState state)
    {
        ReadOnlySpan<char> id = _words.Take();
        bool hasCreator = _words.TryTake("creatorid:");
        ReadOnlySpan<char> creator = _words.Take();
        bool isValid = hasCreator && IsHex(id, IdLength) && IsHex(creator, CreatorLength);
        while (isValid && !_words.Rest.IsEmpty)
        {
            ReadOnlySpan<char> name = _words.Take();
            isValid = name is [_, .., ':'] && !_words.Rest.IsEmpty;
            if (isValid)
            {
                state.AddRoute(name[..^1], _words.Take());
            }
            else if (name is "(no-sync)")
            {
                isValid = true;
                state.AddFlag(name[1..^1]);
            }
        }

        if (isValid)
        {
            state.AddId(id, creator);
        }

        return isValid;
    }

    private bool TryReadOriginalInterface(PfState state)
    {
        ReadOnlySpan<char> name = _words.Take();
        bool isValid = !name.IsEmpty && _words.Rest.IsEmpty;
        if (isValid)
        {
            state.AddOriginalInterface(name);
        }

        return isValid;
    }

    // "00:01:09". The hours can have more digits.
    private static bool TryReadClock(ReadOnlySpan<char> text, out TimeSpan time)
    {
        time = default;
        if (text is not [.., ':', _, _, ':', _, _]
            || !NumberText.TryRead(text[..^6], out uint hours)
            || !NumberText.TryRead(text[^5..^3], out byte minutes)
            || !NumberText.TryRead(text[^2..], out byte seconds))
        {
            return false;
        }

        time = TimeSpan.FromSeconds(((long)hours * SecondsPerHour) + (minutes * SecondsPerMinute) + seconds);
        return hours <= MaxHours && minutes < 60 && seconds < 60;
    }

    private static bool IsHex(ReadOnlySpan<char> text, int length) =>
        text.Length == length && !text.ContainsAnyExcept(_hexDigits);
}
