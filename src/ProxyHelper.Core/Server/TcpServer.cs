using System.Diagnostics;
using System.Runtime.Versioning;
using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>
/// The way of a query over TCP: a connection in, its line, a look-up, the answer, the end. One thread runs it and waits for all
/// connections together, so that a slow client keeps nobody waiting.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class TcpServer : IDisposable
{
    private const int StopPlace = 0, ListenersPlace = 1;

    // How many connections are taken before those that there are have their turn.
    private const int AcceptsAtOnce = 32;

    // How long nothing has to happen until it is looked whether a descriptor was closed.
    private static readonly TimeSpan _betweenLooks = TimeSpan.FromSeconds(1);

    // How long connections wait in the kernel when none could be taken, such as for want of descriptors. To ask at once would spin.
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    // How long connections that were not answered yet live on when it is stopped.
    private static readonly TimeSpan _farewell = TimeSpan.FromMilliseconds(200);

    private readonly EventSignal _stop;
    private readonly LinuxSocket[] _listeners;
    private readonly ConntrackTable _table;
    private readonly LocalAddresses _own;
    private readonly ReadyQueue _ready;
    private readonly PollSet _descriptors;
    private readonly TcpConnections _connections;
    private readonly Refusals _refusals;
    private readonly TcpAnswers _answers;
    private readonly ResponderCounters _counters;
    private readonly ResponderJournal _journal;
    private volatile ServerRules _rules;
    private long? _pausedAt;
    private long _cameRoundAt = Stopwatch.GetTimestamp();

    /// <summary>Makes a server. The listeners, the table and the addresses are its own to close from now on.</summary>
    /// <exception cref="LinuxException">The process has no descriptor left.</exception>
    public TcpServer(LinuxSocket[] listeners, ConntrackTable table, LocalAddresses own, EventSignal stop, TimeSpan maxConnectionTime, RateLimiter? limiter, AnswerRules rules, ResponderCounters counters, ResponderJournal journal, ResponderMeter? meter = null)
    {
        _stop = stop;
        _listeners = listeners;
        _table = table;
        _own = own;
        _connections = new TcpConnections(maxConnectionTime);
        _rules = ServerRules.From(rules, limiter, own);
        _refusals = new Refusals(counters, journal);
        _answers = new TcpAnswers(new LookupRetry(table, counters, journal), _refusals, counters, journal, meter);
        _counters = counters;
        _journal = journal;
        _ready = ReadyQueue.Create([stop, .. listeners]);
        _descriptors = new PollSet([stop, .. listeners]);
    }

    /// <summary>How long ago it last came round to look at its connections, which it does every second at least.</summary>
    public TimeSpan TimeSinceLastRound => Stopwatch.GetElapsedTime(Volatile.Read(ref _cameRoundAt));

    /// <summary>Goes by other rules from the next connection or line on. Any thread may call it.</summary>
    public void Change(AnswerRules rules, RateLimiter? limiter) => _rules = ServerRules.From(rules, limiter, _own);

    /// <summary>Answers until the stop signal is set.</summary>
    /// <exception cref="LinuxException">A descriptor was closed under it, or listens no more: nothing can go on.</exception>
    public void Run()
    {
        while (true)
        {
            int ready = Wait(UntilNext());
            Volatile.Write(ref _cameRoundAt, Stopwatch.GetTimestamp());
            if (!ServeReady(ready))
            {
                Finish();
                return;
            }

            if (ready == 0)
            {
                _descriptors.RequireOpen();
            }

            CloseOverdue();
            EndPause();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connections.CloseAll();
        Array.ForEach(_listeners, listener => listener.Dispose());
        _ready.Dispose();
        _table.Dispose();
        _own.Dispose();
    }

    private TimeSpan UntilNext() => _connections.UntilOverdue(_pausedAt is null ? _betweenLooks : _pause);

    private int Wait(TimeSpan longest) => _ready.Wait((int)Math.Ceiling(longest.TotalMilliseconds));

    /// <returns>False when the stop signal is set.</returns>
    private bool ServeReady(int ready)
    {
        bool isStopped = false;
        for (int i = 0; i < ready; i++)
        {
            int place = _ready.Place(i);
            isStopped |= place == StopPlace;
            if (place >= ListenersPlace)
            {
                Serve(place - ListenersPlace);
            }
        }

        return !isStopped;
    }

    /// <summary>Answers whoever had asked when it was stopped: what has come is taken, and a line that is under way has a moment.</summary>
    private void Finish()
    {
        long began = Stopwatch.GetTimestamp();
        _ready.Suspend(_stop, StopPlace);
        Array.ForEach(_listeners, Accept);
        Pause();
        while (_connections.HasUnanswered && _farewell - Stopwatch.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
        {
            ServeReady(Wait(left));
        }
    }

    /// <summary>Serves a listener, or behind them a connection.</summary>
    private void Serve(int number)
    {
        if (number < _listeners.Length)
        {
            Accept(_listeners[number]);
        }
        else if (_connections[number - _listeners.Length] is { IsOpen: true } connection)
        {
            Serve(connection);
        }
    }

    private void Serve(TcpConnection connection)
    {
        bool wasAnswered = connection.IsAnswered;
        try
        {
            if (wasAnswered)
            {
                if (connection.HasEnded())
                {
                    connection.Close();
                }
            }
            else if (connection.TryReadLine(out ReadOnlySpan<byte> line))
            {
                _answers.Answer(connection, line, _rules);
            }
        }
        catch (LinuxException)
        {
            if (!wasAnswered)
            {
                _counters.Add(connection.IsAnswered ? Counter.UnsentReplies : Counter.ReceiveErrors);
            }

            connection.Close();
        }
    }

    private void Accept(LinuxSocket listener)
    {
        Span<byte> address = stackalloc byte[LinuxSocket.AddressSize];
        Admission admission = _rules.Admission;
        admission.BeginBatch();
        for (int accepted = 0; accepted < AcceptsAtOnce; accepted++)
        {
            try
            {
#pragma warning disable CA2000 // its place disposes of it, or who finds none for it
                if (listener.Accept(address) is not { } socket)
#pragma warning restore CA2000
                {
                    return;
                }

                Admit(socket, LinuxSocket.IPv4AddressIn(address), admission);
            }
            catch (LinuxException failure) when (failure.Errno != Errno.EINVAL) // it listens no more: nothing can go on
            {
                _counters.Add(Counter.ReceiveErrors);
                _journal.NoteAccept(failure.Errno);
                Pause();
                return;
            }
        }
    }

    /// <summary>Gives a connection a place, or closes it at once.</summary>
    private void Admit(LinuxSocket socket, IPv4Address sender, Admission admission)
    {
        Verdict access = admission.JudgeConnection(sender);
        int place = access == Verdict.Allowed ? _connections.FindRoom(sender) : -1;
        Verdict verdict = access != Verdict.Allowed ? access : place < 0 ? Verdict.TooMany : admission.JudgeRate(sender);
        if (verdict != Verdict.Allowed)
        {
            Refuse(verdict, sender);
            socket.Dispose();
            return;
        }

        MakeRoom(_connections[place]);
        _connections[place].Open(socket, sender, Stopwatch.GetTimestamp());
        try
        {
            _ready.Add(socket, ListenersPlace + _listeners.Length + place);
        }
        catch (LinuxException)
        {
            _connections[place].Close();
            throw;
        }
    }

    private void MakeRoom(TcpConnection connection)
    {
        if (connection is { IsOpen: true, IsAnswered: false })
        {
            _refusals.Add(Verdict.TooMany, connection.Peer);
        }

        connection.Close();
    }

    private void Refuse(Verdict verdict, IPv4Address sender)
    {
        if (verdict != Verdict.TooMany)
        {
            _counters.Add(Counter.Queries); // it is one of those that are refused for who asks
        }

        _refusals.Add(verdict, sender);
    }

    private void CloseOverdue()
    {
        while (_connections.FindOverdue() is { } connection)
        {
            _refusals.Add(Verdict.TooSlow, connection.Peer);
            connection.Close();
        }
    }

    private void Pause()
    {
        _pausedAt = Stopwatch.GetTimestamp();
        for (int i = 0; i < _listeners.Length; i++)
        {
            _ready.Suspend(_listeners[i], ListenersPlace + i);
        }
    }

    private void EndPause()
    {
        if (_pausedAt is { } began && Stopwatch.GetElapsedTime(began) >= _pause)
        {
            _pausedAt = null;
            for (int i = 0; i < _listeners.Length; i++)
            {
                _ready.Resume(_listeners[i], ListenersPlace + i);
            }
        }
    }
}
