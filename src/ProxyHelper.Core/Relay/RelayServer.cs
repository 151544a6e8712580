using System.Net;
using System.Runtime.Versioning;
using ProxyHelper.Lifetime;
using ProxyHelper.Linux;
using ProxyHelper.Relay.Asking;
using ProxyHelper.Relay.Connections;

namespace ProxyHelper.Relay;

/// <summary>
/// Relays connections on one thread. Everything that belongs to a connection belongs to the thread, so nothing is
/// locked.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class RelayServer : ServerLoop
{
    // Connections that are accepted before the open connections have their turn.
    private const int MaxAcceptsPerRound = 64;

    private static readonly TimeSpan _idleTime = TimeSpan.FromSeconds(1);

    private readonly RelayParts _parts;
    private readonly RelayAcceptor _acceptor;
    private readonly LinuxWake _stop;
    private readonly ConnectionEnds _ends;
    private readonly ConnectionOpener _opener;
    private readonly ConnectionTraffic _traffic;
    private volatile RelayRules _rules;
    private volatile bool _isAborted;
    private TimeSpan? _stoppedAt;

    /// <summary>Makes a server.</summary>
    /// <param name="parts">The parts, which the server disposes of.</param>
    /// <param name="listeners">The sockets that accept connections, which the server disposes of.</param>
    /// <param name="stop">The signal that ends the server.</param>
    /// <exception cref="LinuxException">Thrown when the kernel refused.</exception>
    public RelayServer(RelayParts parts, RelayListener[] listeners, LinuxWake stop)
    {
        _parts = parts;
        _stop = stop;
        _rules = parts.Rules;
        _acceptor = new RelayAcceptor(listeners, parts.Target, parts.Limits.Connections, parts.Telemetry);
        _ends = new ConnectionEnds(parts);
        _opener = new ConnectionOpener(parts, _ends);
        _traffic = new ConnectionTraffic(parts, _opener, _ends);
        parts.Queue.Add(stop.Handle, EventKey.Stop);
        for (int i = 0; i < listeners.Length; i++)
        {
            parts.Queue.Add(listeners[i].Socket, EventKey.OfListener(i));
        }
    }

    /// <summary>Gets the addresses and ports of the listeners.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. _acceptor.Listeners.Select(listener => listener.EndPoint)];

    private bool HasEnded => _isAborted
        || (_stoppedAt is { } at
            && (_parts.Connections.Count == 0 || _parts.Clock.SinceBoot - at >= _rules.DrainTime));

    /// <inheritdoc/>
    public override void Run()
    {
        while (!HasEnded)
        {
            int ready = _parts.Queue.Wait((int)Math.Ceiling(LimitWait(_parts.Clock.SinceBoot).TotalMilliseconds));
            BeginRound();
            ApplyRules();
            TimeSpan now = _parts.Clock.SinceBoot;
            long ended = _ends.Count;
            ServeEvents(ready, now);
            _parts.Queries.Advance();
            TakeAnswers(now);
            _opener.Retry(now);
            _traffic.MoveWaiting(now);
            EndOverdue(now);
            _acceptor.EndPause(now, _ends.Count != ended);
            Accept(now);
        }
    }

    /// <summary>Replaces all rules, for what happens from now on. Any thread may call the method.</summary>
    public void ChangeRules(RelayRules rules) => _rules = rules;

    /// <summary>Resets all connections without a drain. Any thread may call the method.</summary>
    public void Abort()
    {
        _isAborted = true;
        _stop.Set();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        TimeSpan now = _parts.Clock.SinceBoot;
        foreach (RelayConnection connection in _parts.Connections.ListAll())
        {
            _ends.End(connection, RelayOutcome.Drained, now);
        }

        _acceptor.Dispose();
        _parts.Dispose();
    }

    private TimeSpan LimitWait(TimeSpan now)
    {
        if (_parts.Turns.Count > 0 || _parts.Queries.Answers.Count > 0)
        {
            return TimeSpan.Zero;
        }

        TimeSpan limit = _acceptor.LimitWait(_opener.LimitWait(_idleTime));
        limit = _parts.Connections.TimeUntilOverdue(_rules, now, limit);
        if (_parts.Queries.NextDeadline is { } deadline && deadline - now < limit)
        {
            limit = deadline - now;
        }

        if (_stoppedAt is { } at && at + _rules.DrainTime - now < limit)
        {
            limit = at + _rules.DrainTime - now;
        }

        return limit < TimeSpan.Zero ? TimeSpan.Zero : limit;
    }

    private void ApplyRules()
    {
        RelayRules rules = _rules;
        if (!ReferenceEquals(rules, _parts.Rules))
        {
            _parts.ChangeRules(rules);
        }
    }

    private void ServeEvents(int ready, TimeSpan now)
    {
        for (int i = 0; i < ready; i++)
        {
            ulong key = _parts.Queue.Key(i);
            if (EventKey.IsConnection(key))
            {
                if (_parts.Connections.Find(key) is { } connection)
                {
                    _traffic.TakeEvent(connection, isTarget: (key & 1) != 0, _parts.Queue.Events(i), now);
                }
            }
            else if (EventKey.IsQueries(key, out int index))
            {
                _parts.Queries.Receive(index);
            }
            else if (EventKey.IsListener(key, out int listener))
            {
                _acceptor.SetReady(listener);
            }
            else
            {
                BeginDrain(now);
            }
        }
    }

    private void TakeAnswers(TimeSpan now)
    {
        foreach (RelayAnswer answer in _parts.Queries.Answers)
        {
            _opener.TakeAnswer(answer, now);
        }

        _parts.Queries.Answers.Clear();
    }

    private void EndOverdue(TimeSpan now)
    {
        while (_parts.Connections.FindOverdue(_rules, now, out RelayOutcome reason) is { } connection)
        {
            _ends.End(connection, reason, now);
        }
    }

    private void Accept(TimeSpan now)
    {
        for (int i = 0; i < MaxAcceptsPerRound && _acceptor.TryAccept(now, out AcceptedConnection accepted); i++)
        {
            _opener.Begin(accepted, now);
        }
    }

    /// <summary>Accepts what waits in the kernel, and then no more. Open connections have time to finish.</summary>
    private void BeginDrain(TimeSpan now)
    {
        if (_stoppedAt is null)
        {
            _stoppedAt = now;
            _acceptor.EndPause(now, hasRoom: true);
            _acceptor.SetAllReady();
            while (_acceptor.TryAccept(now, out AcceptedConnection accepted))
            {
                _opener.Begin(accepted, now);
            }

            _acceptor.Close();
        }
    }
}
