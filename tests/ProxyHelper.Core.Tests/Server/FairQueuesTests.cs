using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Server;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>Tests which of the sockets of an address receives a datagram.</summary>
[Trait("Promise", "flood-isolation")]
public sealed class FairQueuesTests
{
    private const int Others = FairQueues.Count - 1;

    private static readonly string[] _proxies = [.. Enumerable.Range(1, 64).Select(i => $"194.0.22.{i}")];

    [Fact]
    public void The_queries_of_a_proxy_share_a_queue() => WithQueues(workers: 1, "", queues =>
    {
        int[] chosen = [.. _proxies
            .Select(proxy => Assert.Single(_ports.Select(port => Send(queues, proxy, Own(proxy, port))).Distinct()))];
        Assert.DoesNotContain(Others, chosen);
    });

    [Fact]
    public void Proxies_are_spread_over_the_queues_for_each_random_factor()
    {
        // Addresses that differ only in the first three bits never share a queue: the factor is odd, and the same bits
        // choose.
        string[] spread = [.. Enumerable.Range(0, 7).Select(i => $"{10 + (i * 32)}.0.22.9")];
        WithQueues(workers: 1, "", queues =>
        {
            Array.ForEach(spread, proxy => Tool.Run("ip", "address", "replace", $"{proxy}/32", "dev", "lo"));
            Assert.Equal(
                spread.Length, spread.Select(proxy => Send(queues, proxy, Own(proxy, 1))).Except([Others]).Count());
        });
    }

    [Fact]
    public void All_other_datagrams_share_the_last_queue() => WithQueues(workers: 1, "", queues =>
    {
        byte[] own = Own("194.0.22.9", 1);
        byte[][] others =
        [
            [], own[..65], [.. own, 0], new byte[1500],
            own.With(0, 0x51), own.With(12, 4, 3), own.With(14, 0, 3), own.With(14, 0, 0x12),
            Own("194.0.22.8", 1),
        ];
        Assert.All(others, datagram => Assert.Equal(Others, Send(queues, "194.0.22.9", datagram)));
    });

    [Theory]
    [InlineData(20_480, true)] // the limit before Linux 6.7
    [InlineData(4_096, false)] // a shorter list, which contains some more senders
    public void Five_hundred_allowed_prefixes_are_recognized(int limit, bool isExact)
    {
        string allowed = string.Join(
            ' ', Enumerable.Range(0, 499).Select(i => $"10.{i / 250}.{i % 250}.0/24").Append("194.0.22.8/31"));
        WithQueues(workers: 1, allowed, queues =>
        {
            Assert.All(
                ["10.0.0.1", "10.0.249.1", "10.1.248.1", "194.0.22.8", "194.0.22.9"],
                proxy => Assert.NotEqual(Others, Send(queues, proxy, Own(proxy, 1))));
            string[] others =
                isExact ? ["10.1.249.1", "10.9.9.9", "194.0.22.10", "194.0.22.7"] : ["10.9.9.9", "194.0.22.64"];
            Assert.All(
                others,
                proxy => Assert.Equal(Others, Send(queues, proxy, Own(proxy, 1))));
            Assert.Equal(Others, Send(queues, "194.0.22.9", [1]));
        }, limit);
    }

    [Fact]
    public void The_queries_of_a_proxy_go_to_all_workers() => WithQueues(workers: 3, "", queues =>
    {
        // Consecutive ports may go to one worker, depending on the random factor. Two hundred random ports do not.
        var random = new Random(3);
        int[] chosen = [.. Enumerable.Range(1, 200)
            .Select(_ => Send(queues, "194.0.22.9", Own("194.0.22.9", (ushort)random.Next(1, 65536))))];
        Assert.Equal([0, 1, 2], chosen.Select(queue => queue / FairQueues.Count).Distinct().Order());
        Assert.NotEqual(Others, Assert.Single(chosen.Select(queue => queue % FairQueues.Count).Distinct()));
        Assert.Equal(Others, Send(queues, "194.0.22.9", [1])); // only the first worker receives garbage
    });

    [Fact]
    public void A_queue_full_of_garbage_does_not_drop_the_query_of_a_proxy() => WithQueues(workers: 1, "", queues =>
    {
        using Asker asker = new("194.0.22.9"), flooder = new("194.0.22.10");
        asker.Send(Own("194.0.22.9", 1), Asker.Helper());
        for (int i = 0; i < 20_000; i++)
        {
            flooder.Send([1], Asker.Helper());
        }

        asker.Send(Own("194.0.22.9", 1), Asker.Helper());

        int own = ReadyQueues(queues).Single(queue => queue != Others);
        Assert.Equal((2, 0u), Drain(queues[own]));
        (int read, uint dropped) = Drain(queues[Others]);
        Assert.InRange(read, 1000, 19_999);
        flooder.Send([1], Asker.Helper()); // the next queued datagram carries the count
        Assert.Equal((1, (uint)(20_000 - read)), Drain(queues[Others]));
        Assert.Equal(0u, dropped);
    });

    [Fact]
    public void No_other_socket_can_share_the_queues() => WithQueues(workers: 1, "", _ =>
    {
        Assert.Equal(Errno.EADDRINUSE, Assert.Throws<BindException>(() => Open(workers: 2, "")).Errno);
        Assert.Equal(Errno.EADDRINUSE, Assert.Throws<BindException>(() => QuerySocket.Open(Asker.Helper())).Errno);
    });

    [Fact]
    public void Drops_are_counted_once_even_if_the_counts_are_out_of_order() => NetworkNamespace.Run(
        () =>
        {
            using QuerySocket queue = QuerySocket.Open(Asker.Helper());
            uint[] totals = [0, 5, 3, 5, 9, 8, 2_000_000_000, 4_000_000_000, 4, 2];
            // The last but one wrapped around.
            Assert.Equal(
                [0u, 5u, 0u, 0u, 4u, 0u, 1_999_999_991u, 2_000_000_000u, 294_967_300u, 0u],
                totals.Select(queue.TakeDrops));
        },
        "194.0.1.1");

    private static readonly ushort[] _ports = [1, 2, 1000, 65535];

    private static void WithQueues(
        int workers, string allowed, Action<QuerySocket[]> body, int? filterLimit = null) => NetworkNamespace.Run(
        () =>
        {
            const string limit = "/proc/sys/net/core/optmem_max";
            if (filterLimit is not null && File.Exists(limit))
            {
                File.WriteAllText(limit, $"{filterLimit}");
            }

            Tool.Run("ip", "address", "add", "10.0.0.0/8", "dev", "lo"); // makes each address of the prefix local
            QuerySocket[] queues = Open(workers, allowed);
            try
            {
                body(queues);
            }
            finally
            {
                Array.ForEach(queues, queue => queue.Dispose());
            }
        },
        ["194.0.1.1", .. _proxies]);

    private static QuerySocket[] Open(int workers, string allowed)
    {
        EndPointPattern[] prefixes = [.. allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(EndPointPattern.ParseAddresses)];
        return QuerySocket.OpenShared(
            Asker.Helper(),
            workers,
            FairQueues.Count,
            first => FairQueues.Sort(first, workers, prefixes),
            allowsAbsentAddress: false);
    }

    private static byte[] Own(string proxy, ushort port)
    {
        byte[] datagram = new byte[66];
        new Query(
            1,
            0,
            new TransportEndPoint(IPAddress.Parse("194.0.1.1"), port),
            new TransportEndPoint(IPAddress.Parse(proxy), 9199)).Write(datagram);
        return datagram;
    }

    /// <summary>Sends a datagram and returns the number of its queue.</summary>
    private static int Send(QuerySocket[] queues, string sender, byte[] datagram)
    {
        using var asker = new Asker(sender);
        asker.Send(datagram, Asker.Helper());
        int queue = Assert.Single(ReadyQueues(queues));
        Assert.False(new PollSet(queues[queue].ReplySocket).Wait(0)); // no thread reads this socket
        Assert.Equal(1, Drain(queues[queue]).Read);
        return queue;
    }

    private static int[] ReadyQueues(QuerySocket[] queues) =>
        [.. Enumerable.Range(0, queues.Length).Where(i => new PollSet(queues[i].Socket).Wait(0))];

    private static (int Read, uint Dropped) Drain(QuerySocket queue)
    {
        var batch = new MessageBatch(32, 128, DatagramControl.Size);
        int read = 0, came;
        uint dropped = 0;
        while ((came = batch.Receive(queue.Socket, 0, batch.Slots, "test")) > 0)
        {
            read += came;
            dropped = DatagramControl.Read(batch.Control(came - 1)).Dropped;
        }

        return (read, dropped);
    }
}
