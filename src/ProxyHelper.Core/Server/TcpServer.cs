using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Access;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Telemetry;

namespace ProxyHelper.Server;

/// <summary>
/// Answers queries over TCP: it accepts a connection, reads a line, looks it up, sends the reply and closes the
/// connection. The thread waits for all connections together, so that a slow client does not delay the others.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class TcpServer : QueryServer
{
    private const int StopPlace = 0, ReportsPlace = 1, ListenersPlace = 2;

    // The number of connections that are accepted before the open connections are served.
    private const int MaxAcceptsPerRound = 32;

    private readonly EventSignal _stop;
    private readonly ReadyQueue _ready;
    private readonly PollSet _descriptors;
    private readonly TcpListeners _listeners;
    private readonly TcpConnections _connections;
    private readonly TcpLines _lines;
    private readonly FailoverGrace _grace;
    private readonly Func<ServerRules> _readRules;

    /// <summary>Creates a server. It disposes of the listeners.</summary>
    /// <param name="listeners">The sockets that accept connections.</param>
    /// <param name="context">What the server gets from its responder.</param>
    /// <param name="rules">The rules of the responder.</param>
    /// <param name="maxConnectionTime">The longest time that a connection may last.</param>
    /// <exception cref="LinuxException">Thrown when the process has no descriptor left.</exception>
    public TcpServer(LinuxSocket[] listeners, ServerContext context, RuleSet rules, TimeSpan maxConnectionTime)
        : base(context, rules, batchSize: 1)
    {
        _stop = context.Stop;
        SafeHandle[] descriptors = [_stop, context.Watch.Reports, .. listeners];
        _ready = context.CreateQueue(descriptors);
        _descriptors = new PollSet(descriptors);
        _listeners = new TcpListeners(listeners, _ready, ListenersPlace);
        _connections = new TcpConnections(maxConnectionTime);
        IEnumerable<IPv4Address> own = listeners.Select(IPv4SocketAddress.ReadLocalAddress);
        _grace = new FailoverGrace(context.Watch, own, Clock, Telemetry.Journal);
        var answers = new TcpAnswers(Lookups, Telemetry, _connections, _grace, Clock);
        _readRules = () => Rules;
        _lines = new TcpLines(_connections, answers, Telemetry, _ready, ListenersPlace + listeners.Length);
    }

    /// <inheritdoc/>
    public override void Run()
    {
        while (true)
        {
            TimeSpan limit = _grace.LimitWait(_listeners.ArePaused ? TcpListeners.PauseTime : IdleTime);
            limit = _lines.LimitWait(limit);
            int ready = Wait(_connections.TimeUntilOverdue(limit, Clock.SinceBoot));
            BeginRound();
            _grace.Update(Contains(ready, ReportsPlace), Rules.FailoverGrace);
            _lines.LookUpAgain(Rules, Clock.SinceBoot);
            if (!ServeReady(ready))
            {
                Drain();
                return;
            }

            if (ready == 0)
            {
                _descriptors.RequireOpen();
            }

            _connections.CloseOverdue(Clock.SinceBoot, Telemetry);
            _listeners.EndPause(Clock.SinceBoot);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _connections.CloseAll();
        _listeners.Dispose();
        _ready.Dispose();
        base.Dispose();
    }

    private int Wait(TimeSpan limit) => _ready.Wait((int)Math.Ceiling(limit.TotalMilliseconds));

    /// <summary>Returns whether a place is one of those that are ready.</summary>
    private bool Contains(int ready, int place)
    {
        bool contains = false;
        for (int i = 0; i < ready; i++)
        {
            contains |= _ready.Place(i) == place;
        }

        return contains;
    }

    /// <returns>False if the stop signal is set.</returns>
    private bool ServeReady(int ready)
    {
        for (int i = 0; i < ready; i++)
        {
            if (_ready.Place(i) >= ListenersPlace)
            {
                Serve(_ready.Place(i) - ListenersPlace);
            }
        }

        return !Contains(ready, StopPlace);
    }

    /// <summary>
    /// Answers complete lines that were sent before the stop. Partial lines get a short grace period.
    /// </summary>
    private void Drain()
    {
        TimeSpan began = Clock.SinceBoot;
        _ready.Suspend(_stop, StopPlace);
        _grace.End();
        _lines.LookUpAgain(Rules, Clock.SinceBoot, isLast: true);
        while (_listeners.Any(Accept) && Clock.SinceBoot - began < StopGrace)
        {
            ServeReady(Wait(TimeSpan.Zero)); // answered connections make room for others
        }

        _listeners.Pause(Clock.SinceBoot);
        TimeSpan left = StopGrace;
        while (_connections.HasUnanswered && left > TimeSpan.Zero)
        {
            ServeReady(Wait(left));
            left = StopGrace - (Clock.SinceBoot - began);
        }
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
        else if (_connections[number - _listeners.Count] is { IsOpen: true } connection)
        {
            _lines.Serve(connection, _readRules);
        }
    }

    /// <returns>Whether more connections may wait in the kernel.</returns>
    private bool Accept(LinuxSocket listener)
    {
        Span<byte> address = stackalloc byte[LinuxSocket.AddressSize];
        TimeSpan now = Clock.SinceBoot;
        Admission admission = Rules.Admission;
        admission.BeginBatch(now);
        for (int accepted = 0; accepted < MaxAcceptsPerRound; accepted++)
        {
            try
            {
#pragma warning disable CA2000 // its connection disposes of it, or Admit if there is no room
                if (listener.Accept(address) is not { } socket)
#pragma warning restore CA2000
                {
                    return false;
                }

                Admit(socket, IPv4SocketAddress.ReadAddress(address), admission);
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
    private void Admit(LinuxSocket socket, IPv4Address sender, Admission admission)
    {
        int place = -1;
        Outcome? refusal = admission.FindConnectionRefusal(sender);
        if (refusal is null)
        {
            place = _connections.FindRoom(sender);
            refusal = place < 0 ? Outcome.ConnectionDrop : admission.FindRateRefusal(sender);
        }

        if (refusal is { } reason)
        {
            Telemetry.Refuse(reason, sender);
            socket.Dispose();
            return;
        }

        _connections.MakeRoom(place, Telemetry);
        _connections[place].Open(socket, sender, Clock.SinceBoot);
        try
        {
            _ready.Add(socket, _lines.PlaceOf(_connections[place]));
        }
        catch (LinuxException)
        {
            _connections[place].Close();
            throw;
        }
    }
}
