using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>
/// Tests the wait for queries. Each wait is repeated, because the thread may stay awake after the first.
/// </summary>
public sealed class QueryWaitTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    [Fact]
    public void Wait_marks_exactly_the_queues_that_have_datagrams() => With((wait, _, queues) =>
    {
        using var asker = new Asker();
        for (int round = 0; round < 3; round++)
        {
            asker.Send([1], Asker.Helper(port: 115));
            Assert.True(wait.Wait(_patience));
            Assert.Equal([false, true, false], queues.Select(queue => queue.MayHaveMore));
            asker.Send([1], Asker.Helper(port: 116));
            Assert.True(wait.Wait(_patience));
            Assert.Equal([false, true, true], queues.Select(queue => queue.MayHaveMore));
            Assert.Equal([1, 1], queues.Skip(1).Select(Drain));
        }
    });

    [Fact]
    public void Wait_returns_when_a_datagram_arrives() => With((wait, _, queues) =>
    {
        using var asker = new Asker();
        for (int round = 0; round < 3; round++)
        {
            var sender = new Thread(() => asker.Send([1], Asker.Helper()));
            sender.Start();
            Assert.True(wait.Wait(_patience));
            sender.Join();
            Assert.Equal([true, false, false], queues.Select(queue => queue.MayHaveMore));
            Assert.Equal(1, Drain(queues[0]));
        }
    });

    [Fact]
    public void Wait_returns_false_after_the_stop_signal_even_if_queries_wait() => With((wait, stop, _) =>
    {
        using var asker = new Asker();
        asker.Send([1], Asker.Helper());
        stop.Set();
        Assert.All(Enumerable.Range(0, 3), _ => Assert.False(wait.Wait(_patience)));
    });

    private static void With(Action<QueryWait, EventSignal, QuerySocket[]> body) => NetworkNamespace.Run(
        () =>
        {
            using var stop = EventSignal.Create();
            using var reports = EventSignal.Create();
            QuerySocket[] queues = [.. Enumerable.Range(114, 3)
                .Select(port => QuerySocket.Open(Asker.Helper(port: port)))];
            using (var wait = new QueryWait(stop, reports, queues, Clock.System, handles => ReadyQueue.Create(handles)))
            {
                body(wait, stop, queues);
            }

            Array.ForEach(queues, queue => queue.Dispose());
        },
        "194.0.1.1",
        "194.0.22.9");

    private static int Drain(QuerySocket queue) => new MessageBatch(8, 16).Receive(queue.Socket, 0, 8, "test");
}
