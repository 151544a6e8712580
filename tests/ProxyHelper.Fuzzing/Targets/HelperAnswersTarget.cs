using System.Buffers.Binary;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Linux.Entropy;
using ProxyHelper.Protocol;
using ProxyHelper.Relay;
using ProxyHelper.Relay.Asking;

namespace ProxyHelper.Fuzzing.Targets;

/// <summary>
/// Asks and receives as the relay does, in the order that the input says. A simple model of the queries that
/// wait says which datagram is a reply, and to which connection.
/// </summary>
internal sealed class HelperAnswersTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "helper-answers";

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        using var run = new AskingRun();
        while (!input.IsEmpty)
        {
            // A byte is a step: its kind, a place, a router, a socket.
            var step = new Step(input[0]);
            input = input[1..];
            switch (step.Kind)
            {
                case 0:
                    run.Ask(step.Place, step.Router);
                    break;
                case 1:
                    run.Pass(step.Place);
                    break;
                default:
                    int length = input.IsEmpty ? 0 : Math.Min(input[0], input.Length - 1);
                    run.Receive(step, input.IsEmpty ? [] : input.Slice(1, length));
                    input = input[Math.Min(input.Length, length + 1)..];
                    break;
            }
        }
    }

    private readonly record struct Step(byte Value)
    {
        public int Kind => Value & 3;

        public int Place => (Value >> 2) & 7;

        public int Router => (Value >> 5) & 1;

        public bool HasCookieOfPlace => (Value & 0x20) != 0;

        public int Socket => (Value >> 6) & 1;
    }

    /// <summary>Represents a run of the queries and their model.</summary>
    private sealed class AskingRun : IDisposable
    {
        private const int Places = 8;
        private const int MaxQueries = 6;

        private readonly RelayCounters _counters = new();
        private readonly SteppedClock _clock = new();
        private readonly CountedNumbers _cookies = new();
        private readonly HelperQueries _queries;
        private readonly Model?[] _models = new Model?[Places];
        private readonly List<uint> _routers = []; // by the index of their sockets
        private long _ignored;

        public AskingRun()
        {
            var sockets = new HelperSocketTable(
                route =>
                {
                    _routers.Add(route.Router.Value);
                    return new SilentSocket();
                },
                (_, index) => Invariant.Holds(index == _routers.Count - 1, "a new socket has the next index"));
            _queries = new HelperQueries(sockets, MaxQueries, _counters, _clock, _cookies);
        }

        public void Ask(int place, int router)
        {
            if (_models[place] is not null)
            {
                return;
            }

            var address = new IPv4Address(0xc2000101 + (uint)router);
            bool isFull = _models.Count(model => model is not null) == MaxQueries;
            RelayOutcome? refusal = _queries.Ask(
                place,
                new TransportEndPoint(address, (ushort)place),
                new TransportEndPoint(new IPv4Address(0xc2001609), 9199));
            Invariant.Holds(
                refusal == (isFull ? RelayOutcome.TooManyQueries : null), "only the limit refuses a query");
            _models[place] = isFull ? null : new Model(_cookies.Last, address.Value, _clock.SinceBoot);
            CheckNoAnswer();
        }

        public void Pass(int tenths)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100 * tenths));
            _queries.Advance();
            foreach (RelayAnswer answer in _queries.Answers)
            {
                Model? model = _models[answer.Place];
                Invariant.Holds(model is not null, "only a query that waits ends");
                Invariant.Holds(answer.Failure == RelayOutcome.NoReply, "a query without a reply has no reply");
                Invariant.Holds(
                    _clock.SinceBoot - model.AskedAt >= TimeSpan.FromSeconds(3), "a query waits three seconds");
                _models[answer.Place] = null;
            }

            _queries.Answers.Clear();
        }

        public void Receive(Step step, ReadOnlySpan<byte> bytes)
        {
            byte[] datagram = bytes.ToArray();
            if (step.HasCookieOfPlace && datagram.Length >= HelperDatagram.SecretOffset)
            {
                uint cookie = _models[step.Place]?.Cookie ?? _cookies.Last;
                BinaryPrimitives.WriteUInt32BigEndian(datagram.AsSpan(HelperDatagram.CookieOffset), cookie);
            }

            int place = FindPlace(datagram, step.Socket);
            _queries.Take(step.Socket, datagram, _clock.SinceBoot);
            if (place < 0)
            {
                _ignored++;
                CheckNoAnswer();
            }
            else
            {
                CheckAnswer(place, datagram);
            }

            long ignored = RelayCounters.Sum([_counters])[RelayOutcome.IgnoredReply];
            Invariant.Holds(ignored == _ignored, "each datagram that is no reply is counted");
        }

        public void Dispose() => _queries.Dispose();

        /// <summary>Returns the place of the query that a datagram is the reply to, or -1.</summary>
        private int FindPlace(byte[] datagram, int socket) => Array.FindIndex(
            _models,
            model => model is not null
                && socket < _routers.Count && _routers[socket] == model.Router
                && _clock.SinceBoot - model.AskedAt <= TimeSpan.FromMilliseconds(3200)
                && Reply.TryRead(datagram, model.Cookie, out _, out _));

        private void CheckAnswer(int place, byte[] datagram)
        {
            Invariant.Holds(_queries.Answers.Count == 1, "a reply is one answer");
            RelayAnswer answer = _queries.Answers[0];
            Invariant.Holds(answer.Place == place, "an answer is that of the connection that asked");
            bool isFound = datagram[HelperDatagram.FlagsOffset + 1] == (byte)HelperDatagram.FoundFlags;
            Invariant.Holds(answer.Failure == (isFound ? null : RelayOutcome.NotFound), "an answer says what is found");
            TransportEndPoint source = isFound ? HelperEnds.ReadSource(datagram) : default;
            TransportEndPoint destination = isFound ? HelperEnds.ReadDestination(datagram) : default;
            Invariant.Holds(
                (answer.OriginalSource, answer.OriginalDestination) == (source, destination),
                "an answer has the ends of its reply");
            _models[place] = null;
            _queries.Answers.Clear();
        }

        private void CheckNoAnswer() =>
            Invariant.Holds(_queries.Answers.Count == 0, "only a reply or the time makes an answer");
    }

    /// <summary>Represents what is known about a query that waits.</summary>
    private sealed record Model(uint Cookie, uint Router, TimeSpan AskedAt);

    private sealed class SteppedClock : Clock
    {
        private TimeSpan _now;

        public override TimeSpan SinceBoot => _now;

        public override TimeSpan Running => _now;

        public void Advance(TimeSpan time) => _now += time;
    }

    /// <summary>Gives different cookies, which the model knows.</summary>
    private sealed class CountedNumbers : RandomNumbers
    {
        public uint Last { get; private set; }

        public override uint Next() => Last = unchecked(Last + 0x9e3779b1);
    }

    /// <summary>Represents a socket that takes each query.</summary>
    private sealed unsafe class SilentSocket : LinuxSocket
    {
        internal override int SendMany(void* headers, uint count) => (int)count;
    }
}
