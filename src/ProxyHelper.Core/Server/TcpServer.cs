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
    private const int StopPlace = 0, ListenersPlace = 1;

    // The number of connections that are accepted before the open connections are served.
    private const int MaxAcceptsPerRound = 32;

    private readonly EventSignal _stop;
    private readonly ReadyQueue _ready;
    private readonly PollSet _descriptors;
    private readonly TcpListeners _listeners;
    private readonly TcpConnections _connections;
    private readonly TcpAnswers _answers;

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
        SafeHandle[] descriptors = [_stop, .. listeners];
        _ready = context.CreateQueue(descriptors);
        _descriptors = new PollSet(descriptors);
        _listeners = new TcpListeners(listeners, _ready, ListenersPlace);
        _connections = new TcpConnections(maxConnectionTime);
        _answers = new TcpAnswers(Lookups, Telemetry, _connections, Clock);
    }

    /// <inheritdoc/>
    public override void Run()
    {
        while (true)
        {
            TimeSpan limit = _listeners.ArePaused ? TcpListeners.PauseTime : IdleTime;
            int ready = Wait(_connections.TimeUntilOverdue(limit, Clock.SinceBoot));
            BeginRound();
            if (!ServeReady(ready))
            {
                Drain();
                return;
            }

            if (ready == 0)
            {
                _descriptors.RequireOpen();
            }

            CloseOverdue();
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

    /// <returns>False if the stop signal is set.</returns>
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

    /// <summary>
    /// Answers complete lines that were sent before the stop. Partial lines get a short grace period.
    /// </summary>
    private void Drain()
    {
        TimeSpan began = Clock.SinceBoot;
        _ready.Suspend(_stop, StopPlace);
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
                _answers.Answer(connection, line, Rules);
            }
        }
        catch (LinuxException)
        {
            if (!wasAnswered)
            {
                Telemetry.Counters.Add(connection.IsAnswered ? Outcome.UnsentReply : Outcome.ReceiveError);
            }

            connection.Close();
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

        MakeRoom(_connections[place]);
        _connections[place].Open(socket, sender, Clock.SinceBoot);
        try
        {
            _ready.Add(socket, ListenersPlace + _listeners.Count + place);
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
            Telemetry.Refuse(Outcome.ConnectionDrop, connection.Peer);
        }

        connection.Close();
    }

    private void CloseOverdue()
    {
        while (_connections.FindOverdue(Clock.SinceBoot) is { } connection)
        {
            Telemetry.Refuse(Outcome.ConnectionTimeout, connection.Peer);
            connection.Close();
        }
    }
}
