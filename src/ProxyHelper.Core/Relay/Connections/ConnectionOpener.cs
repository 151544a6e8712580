using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Linux.Streams;
using ProxyHelper.Relay.Asking;

namespace ProxyHelper.Relay.Connections;

/// <summary>
/// Brings an accepted connection to its target: asks the helper, checks the answer, and connects. If a step is
/// uncertain, the connection is reset.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ConnectionOpener
{
    // A Unix socket with a full queue says so at once, and has no event for room in the queue.
    private static readonly TimeSpan _retryTime = TimeSpan.FromMilliseconds(2);

    private readonly RelayParts _parts;
    private readonly ConnectionEnds _ends;
    private readonly Queue<ulong> _retries = [];
    private TimeSpan _triedAt;

    /// <summary>Makes the opener of a worker.</summary>
    public ConnectionOpener(RelayParts parts, ConnectionEnds ends)
    {
        _parts = parts;
        _ends = ends;
    }

    /// <summary>Returns the longest time to wait before a connection is tried again.</summary>
    public TimeSpan LimitWait(TimeSpan limit) => _retries.Count == 0 || limit < _retryTime ? limit : _retryTime;

    /// <summary>Asks the helper about an accepted connection, or resets the connection.</summary>
    public void Begin(in AcceptedConnection accepted, TimeSpan now)
    {
        RelayConnection connection = _parts.Connections.Take(now);
        connection.Client = accepted.Client;
        connection.Target = accepted.Target;
        connection.Sender = accepted.Sender;
        connection.Stage = ConnectionStage.Asking;
        _parts.Limits.Connections.Add();
        _parts.Telemetry.Counters.CountAccepted();
        RelayOutcome? failure =
            accepted.Sender.TryGetIPv4(out IPv4Address sender) && _parts.Admission.IsRouter(sender)
                ? Ask(connection.Place, accepted)
                : RelayOutcome.NotRouter;
        if (failure is { } reason)
        {
            _ends.End(connection, reason, now);
        }
    }

    /// <summary>Connects to the target, or resets the connection if the answer does not allow it.</summary>
    public void TakeAnswer(in RelayAnswer answer, TimeSpan now)
    {
        RelayConnection connection = _parts.Connections.At(answer.Place);
        if (answer.Failure is { } failure)
        {
            _ends.End(connection, failure, now);
            return;
        }

        connection.OriginalSource = answer.OriginalSource;
        connection.OriginalDestination = answer.OriginalDestination;
        connection.Ident = answer.Ident;
        if (FindRefusal(connection) is { } refusal)
        {
            _ends.End(connection, refusal, now);
        }
        else if (!TakeFirstBytes(connection))
        {
            _ends.End(connection, RelayOutcome.ClientGone, now);
        }
        else
        {
            connection.Stage = ConnectionStage.Connecting;
            _parts.Connections.Touch(connection, now);
            if (_retries.Count > 0 || !TryConnect(connection, now))
            {
                _retries.Enqueue(connection.KeyOf(isTarget: true));
            }
        }
    }

    /// <summary>
    /// Tries again to connect to a Unix socket whose queue was full. The connection that waits longest is first: if the
    /// queue has no room for it, it has none for the others.
    /// </summary>
    public void Retry(TimeSpan now)
    {
        if (now - _triedAt < _retryTime)
        {
            return;
        }

        _triedAt = now;
        while (_retries.TryPeek(out ulong key)
            && (_parts.Connections.Find(key) is not { Stage: ConnectionStage.Connecting } connection
                || TryConnect(connection, now)))
        {
            _retries.Dequeue();
        }
    }

    /// <summary>Takes an event of a connection whose target is connected to.</summary>
    public void TakeEvent(RelayConnection connection, bool isTarget, EdgeEvents events, TimeSpan now)
    {
        if ((events & (EdgeEvents.Error | EdgeEvents.BothEnded)) != 0)
        {
            _ends.End(
                connection,
                isTarget ? RelayOutcome.TargetRefused : RelayOutcome.ClientGone,
                now,
                isTarget ? connection.Target.ReadError() : Errno.None);
        }
        else if (isTarget && (events & EdgeEvents.Output) != 0)
        {
            Relay(connection, now);
        }
    }

    private RelayOutcome? Ask(int place, in AcceptedConnection accepted)
    {
        if (_parts.KnownEnds is not { } ends)
        {
            return _parts.Queries.Ask(place, accepted.Sender, accepted.Accepting);
        }

        _parts.Queries.Answers.Add(new RelayAnswer(place, null, ends.Source, ends.Destination));
        return null;
    }

    private RelayOutcome? FindRefusal(RelayConnection connection)
    {
        RelayOutcome? refusal =
            _parts.Admission.FindRefusal(connection.OriginalSource, connection.OriginalDestination);
        if (refusal is not null || !connection.OriginalSource.TryGetIPv4(out IPv4Address source))
        {
            return refusal;
        }

        connection.IsCounted = _parts.Limits.Sources.TryEnter(source, _parts.Rules.MaxConnectionsPerSource);
        return connection.IsCounted ? null : RelayOutcome.TooManyOfSource;
    }

    /// <summary>Keeps the header and the bytes that the user has sent already. Both are sent together.</summary>
    /// <returns>
    /// False when the user has reset the connection. A user who has only ended sending still waits for an answer.
    /// </returns>
    private bool TakeFirstBytes(RelayConnection connection)
    {
        byte[] buffer = _parts.Pump.Buffer;
        connection.Id = _parts.NextId();
        int header = ProxyHeader.Write(
            buffer,
            _parts.ProxyProtocol,
            connection.OriginalSource,
            connection.OriginalDestination,
            connection.Id);
        int received = connection.Client.Receive(buffer.AsSpan(header));
        bool isBroken = received < 0 && received != StreamDescriptor.WouldBlock;

        // After a reset, the answer can already be about the next user of the router's port, whose bytes these are not.
        if (isBroken || connection.Client.ReadError() != Errno.None)
        {
            return false;
        }

        int length = header + Math.Max(0, received);
        connection.Up.Bytes = -header; // bytes that wait already cause an event when the socket is watched
        if (length > 0)
        {
            connection.Up.Keep(buffer.AsSpan(0, length));
        }

        return true;
    }

    /// <summary>Begins to connect to the target, or ends the connection.</summary>
    /// <returns>False when too many connections wait for the target, which is a Unix socket.</returns>
    private bool TryConnect(RelayConnection connection, TimeSpan now)
    {
        Errno errno = _parts.Target.Connect(connection.Target);
        if (errno == Errno.EAGAIN)
        {
            return false;
        }

        bool isConnected = errno == Errno.None; // only a Unix socket is connected at once
        if (errno is Errno.None or Errno.EINPROGRESS)
        {
            errno = Watch(connection);
        }

        if (errno == Errno.None)
        {
            if (isConnected)
            {
                Relay(connection, now);
            }
        }
        else
        {
            bool isLocal = errno is Errno.EADDRNOTAVAIL or Errno.ENOMEM or Errno.ENOBUFS or Errno.ENOSPC;
            _ends.End(connection, isLocal ? RelayOutcome.LocalFault : RelayOutcome.TargetRefused, now, errno);
        }

        return true;
    }

    private Errno Watch(RelayConnection connection)
    {
        Errno errno = _parts.Queue.Add(connection.Target, connection.KeyOf(isTarget: true));
        return errno == Errno.None
            ? _parts.Queue.Add(connection.Client, connection.KeyOf(isTarget: false))
            : errno;
    }

    private void Relay(RelayConnection connection, TimeSpan now)
    {
        if (_parts.Target.IsOwnAddressOf(connection.Target))
        {
            _ends.End(connection, RelayOutcome.TargetRefused, now, Errno.ECONNREFUSED);
            return;
        }

        connection.Stage = ConnectionStage.Relaying;
        connection.Up.CanWrite = connection.Down.CanWrite = true;
        _parts.Connections.Touch(connection, now);
        _parts.Turns.Add(connection);
    }
}
