using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Netlink;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server.Tcp;

/// <summary>Contains the parts of a TCP server. The server disposes of them.</summary>
/// <param name="Listeners">The sockets that accept connections.</param>
/// <param name="Wait">Waits for the sockets and the connections.</param>
/// <param name="Source">Looks up the lines.</param>
/// <param name="Connections">The places for connections.</param>
internal sealed record TcpParts(
    StreamSocket[] Listeners, StreamWait Wait, TcpSource Source, TcpConnections Connections);

/// <summary>
/// Answers queries over TCP: it accepts a connection, reads a line, looks it up, sends the reply and closes the
/// connection. The thread waits for all connections together, so that a slow client does not delay the others.
/// </summary>
internal sealed class TcpServer : QueryServer
{
    // The number of connections that are accepted before the open connections are served.
    private const int MaxAcceptsPerRound = 32;

    private readonly TcpParts _parts;
    private readonly TcpListeners _listeners;
    private readonly TcpLines _lines;
    private readonly Func<ServerRules> _readRules;

    /// <summary>Creates a server.</summary>
    /// <param name="parts">The parts of the server.</param>
    /// <param name="rules">The rules of the responder.</param>
    /// <param name="local">The addresses of this host.</param>
    /// <param name="telemetry">The counters, the journal and the meter.</param>
    /// <param name="clock">The clock.</param>
    public TcpServer(TcpParts parts, RuleSet rules, LocalAddresses local, ServerTelemetry telemetry, Clock clock)
        : base(local, rules, telemetry, clock)
    {
        _parts = parts;
        _listeners = new TcpListeners(parts.Listeners, parts.Wait);
        _readRules = () => Rules;
        var answers = new TcpAnswers(parts.Source, parts.Connections, telemetry, clock);
        int first = StreamWait.FirstSocket + parts.Listeners.Length;
        _lines = new TcpLines(parts.Connections, answers, telemetry, parts.Wait, first);
    }

    private TcpConnections Connections => _parts.Connections;

    /// <inheritdoc/>
    public override void Run()
    {
        while (true)
        {
            TimeSpan limit = _parts.Source.LimitWait(
                _listeners.ArePaused ? TcpListeners.PauseTime : IdleTime, Rules);
            int ready = _parts.Wait.Wait(Connections.TimeUntilOverdue(limit, Clock.SinceBoot));
            BeginRound();
            ServeWaiting(ready);
            if (!ServeReady(ready))
            {
                Drain();
                return;
            }

            if (ready == 0)
            {
                _parts.Wait.RequireOpen();
            }

            Connections.CloseOverdue(Clock.SinceBoot, Telemetry);
            _listeners.EndPause(Clock.SinceBoot);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Connections.CloseAll();
        _listeners.Dispose();
        _parts.Wait.Dispose();
        _parts.Source.Dispose();
        base.Dispose();
    }

    /// <summary>Looks at the lines that wait, if it is time.</summary>
    private void ServeWaiting(int ready)
    {
        if (_parts.Source.BeginRound(_parts.Wait.Contains(ready, StreamWait.WakePlace), Rules))
        {
            _lines.LookUpAgain(Rules);
        }
    }

    /// <returns>False if the stop signal is set.</returns>
    private bool ServeReady(int ready)
    {
        for (int i = 0; i < ready; i++)
        {
            if (_parts.Wait.Place(i) >= StreamWait.FirstSocket)
            {
                Serve(_parts.Wait.Place(i) - StreamWait.FirstSocket);
            }
        }

        return !_parts.Wait.Contains(ready, StreamWait.StopPlace);
    }

    /// <summary>
    /// Answers complete lines that were sent before the stop. Partial lines, and lines whose look-up goes on, get a
    /// short grace period.
    /// </summary>
    private void Drain()
    {
        TimeSpan began = Clock.SinceBoot;
        _parts.Wait.IgnoreStop();
        _parts.Source.BeginEnd();
        _lines.LookUpAgain(Rules);
        while (_listeners.Any(Accept) && Clock.SinceBoot - began < StopGrace)
        {
            ServeReady(_parts.Wait.Wait(TimeSpan.Zero)); // answered connections make room for others
        }

        _listeners.Pause(Clock.SinceBoot);
        TimeSpan left = StopGrace;
        while (Connections.HasUnanswered && left > TimeSpan.Zero)
        {
            int ready = _parts.Wait.Wait(_parts.Source.LimitWait(left, Rules));
            ServeWaiting(ready);
            ServeReady(ready);
            left = StopGrace - (Clock.SinceBoot - began);
        }

        _parts.Source.End();
        _lines.LookUpAgain(Rules);
    }

    /// <summary>
    /// Serves the listener with a number, or the connection whose number follows those of the listeners.
    /// </summary>
    private void Serve(int number)
    {
        if (number < _listeners.Count)
        {
            Accept(_listeners[number]);
        }
        else if (Connections[number - _listeners.Count] is { IsOpen: true } connection)
        {
            _lines.Serve(connection, _readRules);
        }
    }

    /// <returns>Whether more connections may wait in the kernel.</returns>
    private bool Accept(StreamSocket listener)
    {
        TimeSpan now = Clock.SinceBoot;
        Admission admission = Rules.Admission;
        admission.BeginBatch(now);
        for (int accepted = 0; accepted < MaxAcceptsPerRound; accepted++)
        {
            try
            {
#pragma warning disable CA2000 // its connection disposes of it, or Admit if there is no room
                if (listener.Accept(out IPv4Address sender) is not { } socket)
#pragma warning restore CA2000
                {
                    return false;
                }

                Admit(socket, sender, admission);
            }
            catch (LinuxException failure) when (failure.Errno != Errno.EINVAL) // EINVAL: the socket no longer listens
            {
                Telemetry.Counters.Add(Outcome.ReceiveError);
                Telemetry.Journal.LogFailedAccept(failure.Errno);
                _listeners.Pause(Clock.SinceBoot);
                return false;
            }
        }

        return true;
    }

    /// <summary>Gives a connection a place, or closes it at once.</summary>
    private void Admit(StreamSocket socket, IPv4Address sender, Admission admission)
    {
        int place = -1;
        Outcome? refusal = admission.FindConnectionRefusal(sender);
        if (refusal is null)
        {
            place = Connections.FindRoom(sender);
            refusal = place < 0 ? Outcome.ConnectionDrop : admission.FindRateRefusal(sender);
        }

        if (refusal is { } reason)
        {
            Telemetry.Refuse(reason, sender);
            socket.Dispose();
            return;
        }

        Connections.MakeRoom(place, Telemetry);
        Connections[place].Open(socket, sender, Clock.SinceBoot);
        try
        {
            _parts.Wait.Add(socket, _lines.PlaceOf(Connections[place]));
        }
        catch (LinuxException)
        {
            Connections[place].Close();
            throw;
        }
    }
}
