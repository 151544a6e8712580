using System.Net.Sockets;
using ProxyHelper.Relay;
using Xunit;

namespace ProxyHelper.Tests.Relay;

/// <summary>Tests large streams through a relay: every byte arrives once, and memory is bounded.</summary>
[Trait("Promise", "relay-bytes")]
public sealed class RelayStreamTests
{
    private const int Streams = 6;
    private const int Length = 20_000_000;
    private const int Conversations = 40;

    [Fact]
    public void Six_large_streams_arrive_unchanged_in_both_directions() => RelayRun.In(run =>
    {
        var pairs = Enumerable.Range(0, Streams).Select(_ => run.Open()).ToArray();

        var copies = pairs.SelectMany((pair, number) => new[]
        {
            new StreamCopy(pair.User, pair.Target, new Random(number), Length),
            new StreamCopy(pair.Target, pair.User, new Random(number + Streams), Length),
        }).ToArray();

        Assert.All(copies, copy => copy.AssertEqual());
        run.Await(counts => counts is { Open: 0 } && counts[RelayOutcome.Finished] == Streams);
        const long total = (long)Streams * Length;
        Assert.Equal(total + (Streams * "hello"u8.Length), run.Relay.Counts.BytesUp);
        Assert.Equal(total, run.Relay.Counts.BytesDown);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Streams_of_all_lengths_in_pieces_of_all_sizes_arrive_unchanged(bool isUnix)
    {
        string path = Path.Combine(Path.GetTempPath(), $"relay-{Guid.NewGuid():N}.sock");
        RelayOptions options = RelayRun.Options with { Workers = 2 };
        RelayRun.In(
            run =>
            {
                var copies = Enumerable.Range(0, Conversations).SelectMany(number =>
                {
                    (Socket user, Socket target) = run.Open();
                    var random = new Random(number);
                    return new[]
                    {
                        new StreamCopy(user, target, random, random.Next(1 << random.Next(22)), pieces: true),
                        new StreamCopy(target, user, random, random.Next(1 << random.Next(22)), pieces: true),
                    };
                }).ToArray();
                Assert.All(copies, copy => copy.AssertEqual());
                run.Await(counts => counts is { Open: 0 } && counts[RelayOutcome.Finished] == Conversations);
            },
            isUnix ? options with { Target = RelayTarget.At(path) } : options);
        File.Delete(path);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Promise", "relay-memory")]
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
}
