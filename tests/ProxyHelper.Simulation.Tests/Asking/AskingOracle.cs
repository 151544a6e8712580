using System.Buffers.Binary;
using ProxyHelper.Relay;
using ProxyHelper.Relay.Asking;
using ProxyHelper.Simulation.Kernel;

namespace ProxyHelper.Simulation.Asking;

/// <summary>Knows what the relay may learn about each connection, and objects to everything else.</summary>
internal sealed class AskingOracle(World world)
{
    private const int MaxSends = 4; // three, and one that the router refused

    private static readonly TimeSpan _leastPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _longestAge = TimeSpan.FromMilliseconds(3200);
    private static readonly TimeSpan _longestWait = TimeSpan.FromMilliseconds(4500);

    private readonly Dictionary<int, RelayedConnection> _waiting = []; // by place
    private RelayedConnection? _asking;
    private int _sends;
    private int _replies;
    private int _given;

    /// <summary>Gets or sets the secret of the helpers.</summary>
    public uint Secret { get; set; }

    /// <summary>Gets the number of connections that wait for an answer.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Records that a connection asks.</summary>
    public void Ask(RelayedConnection connection)
    {
        world.Trace.Add(world.Now, "asks", connection.Router);
        (connection.AskedAt, connection.FrozenBefore) = (world.Now, world.Frozen);
        _waiting.Add(connection.Place, connection);
        _asking = connection;
    }

    /// <summary>Records the cookie of the connection that asks.</summary>
    public void ChooseCookie(uint cookie) => _asking!.Cookie = cookie;

    /// <summary>Records that the relay refuses to ask.</summary>
    public void Forget(RelayedConnection connection) => _waiting.Remove(connection.Place);

    /// <summary>Checks a query that leaves.</summary>
    public void Send(HelperLink link, ReadOnlySpan<byte> query)
    {
        _sends++;
        uint cookie = Wire.ReadCookie(query);
        Peer source = Wire.ReadSource(query), destination = Wire.ReadDestination(query);
        RelayedConnection connection = _waiting.Values.FirstOrDefault(
            one => one.Router == source && one.Accepting == destination && one.Cookie == cookie)
            ?? throw new Violation($"a query is about {source}, which does not wait or has another cookie");
        Violation.If(
            link.Helper.Address != source.Address || link.Accepting != destination.Address,
            "a query leaves from another socket");
        byte[] expected = new byte[66];
        "RPHD"u8.CopyTo(expected);
        query.Slice(4, 4).CopyTo(expected.AsSpan(4));
        BinaryPrimitives.WriteUInt32BigEndian(expected.AsSpan(8), Secret);
        (expected[12], expected[13], expected[15]) = (4, 2, 1);
        Wire.Write(expected, source, destination);
        Violation.If(!query.SequenceEqual(expected), "a query has other bytes");
        Violation.If(++connection.Sends > MaxSends, "a query is sent too often");
        Violation.If(Awake(connection) > _longestAge, "a query is sent late");
    }

    /// <summary>Records a datagram that the kernel gives to the relay.</summary>
    public void Give(HelperLink link, ReadOnlySpan<byte> datagram)
    {
        _given++;
        bool isReply = datagram.Length == 66 && datagram[..4].SequenceEqual("RPHD"u8)
            && datagram[12..].StartsWith((ReadOnlySpan<byte>)[4, 2, 0]) && datagram[15] is 0x12 or 0x22;
        if (!isReply)
        {
            return;
        }

        uint cookie = Wire.ReadCookie(datagram);
        foreach (RelayedConnection connection in _waiting.Values)
        {
            bool isIts = connection.Link == link && connection.Sends > 0 && connection.Cookie == cookie;
            if (isIts && Age(connection) <= _longestAge)
            {
                connection.WasFound |= datagram[15] == 0x12;
                connection.WasNotFound |= datagram[15] == 0x22;
            }
        }
    }

    /// <summary>Checks an answer.</summary>
    public void Answer(RelayAnswer answer)
    {
        if (!_waiting.Remove(answer.Place, out RelayedConnection? connection))
        {
            throw new Violation("an answer goes to a connection that does not wait");
        }

        world.Trace.Add(world.Now, answer.Failure?.ToString() ?? "found", connection.Router);
        _replies += answer.Failure is null or RelayOutcome.NotFound ? 1 : 0;
        switch (answer.Failure)
        {
            case null:
                CheckFound(connection, answer);
                break;
            case RelayOutcome.NotFound:
                Violation.If(!connection.WasNotFound, "no reply in time says \"not found\"");
                break;
            case RelayOutcome.NoReply:
                Violation.If(world.Now - connection.AskedAt < _leastPatience, "the relay gives up early");
                break;
            case RelayOutcome.HelperUnreachable:
                Violation.If(connection.Errors == connection.ErrorsBefore, "no error says unreachable");
                break;
            default:
                throw new Violation($"a query ends with {answer.Failure}");
        }
    }

    /// <summary>Checks the connections that still wait when the relay has done everything it could.</summary>
    public void EndRound()
    {
        foreach (RelayedConnection connection in _waiting.Values)
        {
            bool isReplied = connection.WasFound || connection.WasNotFound;
            Violation.If(isReplied && world.Now - connection.AskedAt <= _longestAge, "a right reply is ignored");
            Violation.If(Awake(connection) > _longestWait, "a query has no answer");
        }
    }

    /// <summary>Checks the counts of the whole run.</summary>
    public void CheckCounts(RelayCounts counts)
    {
        Violation.If(counts[RelayOutcome.IgnoredReply] != _given - _replies, "ignored replies are counted wrongly");
        Violation.If(counts.Queries < _sends, "queries are counted wrongly");
    }

    private static void CheckFound(RelayedConnection connection, RelayAnswer answer)
    {
        Violation.If(!connection.WasFound, "no reply in time says \"found\"");
        bool isRight = answer.OriginalSource.ToString() == connection.OriginalSource.ToString()
            && answer.OriginalDestination.ToString() == connection.OriginalDestination.ToString();

        // If the user has gone, another connection can have the same ends. The relay notices that before it connects.
        Violation.If(
            !isRight && !connection.IsGone, $"the connection from {connection.Router} gets the answer of another one");
    }

    private TimeSpan Age(RelayedConnection connection) =>
        world.Now < connection.AskedBy ? TimeSpan.Zero : world.Now - connection.AskedBy;

    /// <summary>Returns the age without the time for which the process stood still.</summary>
    private TimeSpan Awake(RelayedConnection connection) =>
        world.Now - connection.AskedAt - (world.Frozen - connection.FrozenBefore);
}
