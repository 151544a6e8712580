using System.Net.Sockets;
using System.Security.Cryptography;
using ProxyHelper.Relay;
using Xunit;

namespace ProxyHelper.Tests.Relay;

/// <summary>Tests large streams through a relay: every byte arrives once, and memory is bounded.</summary>
public sealed class RelayStreamTests
{
    private const int Streams = 6;
    private const int Length = 20_000_000;

    [Fact]
    public void Six_large_streams_arrive_unchanged_in_both_directions() => RelayRun.In(run =>
    {
        var pairs = Enumerable.Range(0, Streams).Select(_ => run.Open()).ToArray();

        var copies = pairs.SelectMany((pair, number) => new[]
        {
            new StreamCopy(pair.User, pair.Target, number),
            new StreamCopy(pair.Target, pair.User, number + Streams),
        }).ToArray();

        Assert.All(copies, copy => copy.AssertEqual());
        run.Await(counts => counts is { Open: 0 } && counts[RelayOutcome.Finished] == Streams);
        const long total = (long)Streams * Length;
        Assert.Equal(total + (Streams * "hello"u8.Length), run.Relay.Counts.BytesUp);
        Assert.Equal(total, run.Relay.Counts.BytesDown);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_reader_that_stops_stops_the_sender_and_nobody_else(bool isUser) => RelayRun.In(run =>
    {
        (Socket user, Socket target) = run.Open();
        (Socket sender, Socket reader) = isUser ? (target, user) : (user, target);
        byte[] chunk = new byte[1 << 20];
        long sent = SendUntilStopped(sender, chunk);

        (Socket other, Socket otherTarget) = run.Open();
        other.Send("ping"u8);
        Assert.Equal("ping"u8, RelayRun.Receive(otherTarget, 4));
        Assert.InRange(sent, 1, 64 << 20); // the buffers of the kernel and one read or pipe of the relay

        for (long left = sent; left > 0; left -= chunk.Length)
        {
            RelayRun.Receive(reader, (int)Math.Min(left, chunk.Length));
        }

        sender.Shutdown(SocketShutdown.Send);
        RelayRun.AssertEnd(reader);
    });

    [Fact]
    public void Urgent_data_stay_in_their_place() => RelayRun.In(run =>
    {
        (Socket user, Socket target) = run.Open();
        user.Send("before"u8);
        user.Send("!"u8, SocketFlags.OutOfBand);
        user.Send("after"u8);
        user.Shutdown(SocketShutdown.Send);
        Assert.Equal("before!after"u8, RelayRun.Receive(target, 12));
        RelayRun.AssertEnd(target);
    });

    private static long SendUntilStopped(Socket sender, byte[] chunk)
    {
        sender.Blocking = false;
        long sent = 0;
        while (sender.Poll(500_000, SelectMode.SelectWrite))
        {
            sent += sender.Send(chunk, SocketFlags.None, out _);
        }

        sender.Blocking = true;
        return sent;
    }

    /// <summary>Sends random bytes through one direction, on two threads, and compares the hashes.</summary>
    private sealed class StreamCopy
    {
        private readonly Thread _sender;
        private readonly Thread _receiver;
        private byte[] _sent = [];
        private byte[] _received = [];

        public StreamCopy(Socket from, Socket to, int seed)
        {
            _sender = new Thread(() => _sent = Send(from, seed)) { IsBackground = true };
            _receiver = new Thread(() => _received = Receive(to)) { IsBackground = true };
            _sender.Start();
            _receiver.Start();
        }

        public void AssertEqual()
        {
            _sender.Join();
            _receiver.Join();
            Assert.NotEmpty(_sent);
            Assert.Equal(_sent, _received);
        }

        private static byte[] Send(Socket socket, int seed)
        {
            byte[] bytes = new byte[Length];
            new Random(seed).NextBytes(bytes);
            for (int sent = 0; sent < Length;)
            {
                sent += socket.Send(bytes.AsSpan(sent));
            }

            socket.Shutdown(SocketShutdown.Send);
            return SHA256.HashData(bytes);
        }

        private static byte[] Receive(Socket socket)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] buffer = new byte[100_000];
            int length;
            while ((length = socket.Receive(buffer.AsSpan())) > 0)
            {
                hash.AppendData(buffer.AsSpan(0, length));
            }

            return hash.GetHashAndReset();
        }
    }
}
