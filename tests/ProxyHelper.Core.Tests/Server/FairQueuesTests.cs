using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;
using ProxyHelper.Protocol;
using ProxyHelper.Server;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>Which of the sockets that share an address the kernel gives a datagram to.</summary>
public sealed class FairQueuesTests
{
    private const int AllElse = FairQueues.Count - 1;

    private static readonly string[] _proxies = [.. Enumerable.Range(1, 64).Select(i => $"194.0.22.{i}")];

    [Fact]
    public void A_proxys_queries_come_into_one_queue() => WithQueues(workers: 1, "", queues =>
    {
        int[] chosen = [.. _proxies.Select(proxy => Assert.Single(_ports.Select(port => Send(queues, proxy, Own(proxy, port))).Distinct()))];
        Assert.DoesNotContain(AllElse, chosen);
    });

    [Fact]
    public void Proxies_are_spread_over_the_queues_whatever_number_was_drawn()
    {
        // What differs in the first three bits only never shares a queue: they are multiplied by an odd number, and choose by the same bits.
        string[] spread = ["10.0.22.9", "42.0.22.9", "74.0.22.9", "106.0.22.9", "138.0.22.9", "170.0.22.9", "202.0.22.9"];
        WithQueues(workers: 1, "", queues =>
        {
            Array.ForEach(spread, proxy => Tool.Run("ip", "address", "replace", $"{proxy}/32", "dev", "lo"));
            Assert.Equal(spread.Length, spread.Select(proxy => Send(queues, proxy, Own(proxy, 1))).Except([AllElse]).Count());
        });
    }

    [Fact]
    public void Whatever_does_not_look_like_a_proxy_and_its_own_connection_comes_into_the_last() => WithQueues(workers: 1, "", queues =>
    {
        byte[] own = Own("194.0.22.9", 1);
        byte[][] others =
        [
            [], own[..65], [.. own, 0], new byte[1500], own.With(0, 0x51), own.With(12, 4, 3), own.With(14, 0, 3), own.With(14, 0, 0x12),
            Own("194.0.22.8", 1),
        ];
        Assert.All(others, datagram => Assert.Equal(AllElse, Send(queues, "194.0.22.9", datagram)));
    });

    [Fact]
    public void Of_five_hundred_allowed_proxies_each_is_let_in_and_who_is_not_comes_into_the_last()
    {
        string allowed = string.Join(' ', Enumerable.Range(0, 499).Select(i => $"10.{i / 250}.{i % 250}.0/24").Append("194.0.22.8/31"));
        WithQueues(workers: 1, allowed, queues =>
        {
            Assert.All(["10.0.0.1", "10.0.249.1", "10.1.248.1", "194.0.22.8", "194.0.22.9"], proxy => Assert.NotEqual(AllElse, Send(queues, proxy, Own(proxy, 1))));
            Assert.All(["10.1.249.1", "194.0.22.10", "194.0.22.7"], proxy => Assert.Equal(AllElse, Send(queues, proxy, Own(proxy, 1))));
        });
    }

    [Fact]
    public void One_proxys_queries_go_to_all_workers_and_always_into_its_own_queue() => WithQueues(workers: 3, "", queues =>
    {
        // Ports in a row may go to one worker, as they are multiplied by a number drawn; two hundred at random do not.
        var random = new Random(3);
        int[] chosen = [.. Enumerable.Range(1, 200).Select(_ => Send(queues, "194.0.22.9", Own("194.0.22.9", (ushort)random.Next(1, 65536))))];
        Assert.Equal([0, 1, 2], chosen.Select(queue => queue / FairQueues.Count).Distinct().Order());
        Assert.NotEqual(AllElse, Assert.Single(chosen.Select(queue => queue % FairQueues.Count).Distinct()));
        Assert.Equal(AllElse, Send(queues, "194.0.22.9", [1])); // garbage bothers the first worker only
    });

    [Fact]
    public void A_queue_that_overflows_with_garbage_leaves_a_proxys_query_where_it_is() => WithQueues(workers: 1, "", queues =>
    {
        using Asker asker = new("194.0.22.9"), flooder = new("194.0.22.10");
        asker.Send(Own("194.0.22.9", 1), Asker.Helper());
        for (int i = 0; i < 20_000; i++)
        {
            flooder.Send([1], Asker.Helper());
        }

        asker.Send(Own("194.0.22.9", 1), Asker.Helper());

        int own = ReadyQueues(queues).Single(queue => queue != AllElse);
        Assert.Equal((2, 0u), Drain(queues[own]));
        (int read, uint dropped) = Drain(queues[AllElse]);
        Assert.InRange(read, 1000, 19_999);
        flooder.Send([1], Asker.Helper()); // the count comes with the next datagram that is queued
        Assert.Equal((1, (uint)(20_000 - read)), Drain(queues[AllElse]));
        Assert.Equal(0u, dropped);
    });

    [Fact]
    public void Nobody_else_can_listen_where_queues_are_shared() => WithQueues(workers: 1, "", _ =>
    {
        Assert.Equal(Errno.EADDRINUSE, Assert.Throws<BindException>(() => Open(workers: 2, "")).Errno);
        Assert.Equal(Errno.EADDRINUSE, Assert.Throws<BindException>(() => QuerySocket.Open(Asker.Helper())).Errno);
    });

    [Fact]
    public void Drops_are_counted_once_also_when_the_counts_come_out_of_order() => NetworkNamespace.Run(
        () =>
        {
            using QuerySocket queue = QuerySocket.Open(Asker.Helper());
            uint[] totals = [0, 5, 3, 5, 9, 8, 2_000_000_000, 4_000_000_000, 4, 2];
            Assert.Equal([0u, 5u, 0u, 0u, 4u, 0u, 1_999_999_991u, 2_000_000_000u, 294_967_300u, 0u], totals.Select(queue.TakeDrops)); // the last but one came round
        },
        "194.0.1.1");

    private static readonly ushort[] _ports = [1, 2, 1000, 65535];

    private static void WithQueues(int workers, string allowed, Action<QuerySocket[]> body) => NetworkNamespace.Run(
        () =>
        {
            Tool.Run("ip", "address", "add", "10.0.0.0/8", "dev", "lo"); // each address of it is local then
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
        EndPointPattern[] prefixes = [.. allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(EndPointPattern.ParseAddresses)];
        return QuerySocket.OpenShared(Asker.Helper(), workers, FairQueues.Count, FairQueues.Selection(workers, prefixes), allowsAbsentAddress: false);
    }

    private static byte[] Own(string proxy, ushort port)
    {
        byte[] datagram = new byte[66];
        new Query(1, 0, new TransportEndPoint(IPAddress.Parse("194.0.1.1"), port), new TransportEndPoint(IPAddress.Parse(proxy), 9199)).Write(datagram);
        return datagram;
    }

    /// <summary>Sends a datagram, and tells which queue it came into.</summary>
    private static int Send(QuerySocket[] queues, string sender, byte[] datagram)
    {
        using var asker = new Asker(sender);
        asker.Send(datagram, Asker.Helper());
        int queue = Assert.Single(ReadyQueues(queues));
        Assert.False(new PollSet(queues[queue].ReplySocket).Wait(0)); // nobody reads there
        Assert.Equal(1, Drain(queues[queue]).Read);
        return queue;
    }

    private static int[] ReadyQueues(QuerySocket[] queues) => [.. Enumerable.Range(0, queues.Length).Where(i => new PollSet(queues[i].Socket).Wait(0))];

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
