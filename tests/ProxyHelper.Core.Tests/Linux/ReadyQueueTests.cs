using ProxyHelper.Linux;
using Xunit;

namespace ProxyHelper.Tests.Linux;

public sealed class ReadyQueueTests
{
    private const int Patience = 60_000; // milliseconds

    [Fact]
    public void Descriptors_are_ready_while_they_have_data()
    {
        using var first = EventSignal.Create();
        using var second = EventSignal.Create();
        using var third = EventSignal.Create();
        using ReadyQueue queue = ReadyQueue.Create(first, second, third);
        Assert.Equal(0, queue.Wait(0));
        third.Set();
        Assert.Equal([2], Ready(queue, Patience));
        first.Set();
        Assert.Equal([0, 2], Ready(queue, Patience).Order());
        Assert.Equal([0, 2], Ready(queue, 0).Order());
    }

    [Fact]
    public async Task A_waiting_thread_is_woken()
    {
        using var signal = EventSignal.Create();
        using ReadyQueue queue = ReadyQueue.Create(signal);
        Task<int[]> waiting = Task.Run(() => Ready(queue, Patience), TestContext.Current.CancellationToken);
        signal.Set();
        int[] ready = await waiting;
        Assert.Equal([0], ready);
    }

    [Fact]
    public void A_descriptor_can_be_added_later_and_its_place_is_free_after_a_close()
    {
        using var first = EventSignal.Create();
        using ReadyQueue queue = ReadyQueue.Create(first);
        first.Set();
        using (var later = EventSignal.Create())
        {
            queue.Add(later, 7);
            later.Set();
            Assert.Equal([0, 7], Ready(queue, Patience).Order());
        }

        Assert.Equal([0], Ready(queue, 0));
        using var next = EventSignal.Create();
        queue.Add(next, 7);
        Assert.Equal([0], Ready(queue, 0));
        next.Set();
        Assert.Equal([0, 7], Ready(queue, Patience).Order());
    }

    [Fact]
    public void A_suspended_descriptor_wakes_no_thread_until_it_is_resumed()
    {
        using var signal = EventSignal.Create();
        using ReadyQueue queue = ReadyQueue.Create(signal);
        signal.Set();
        queue.Suspend(signal, 0);
        Assert.Equal(0, queue.Wait(0));
        queue.Resume(signal, 0);
        Assert.Equal([0], Ready(queue, Patience));
    }

    [Fact]
    public void A_descriptor_that_cannot_be_polled_is_refused()
    {
        using var file = File.OpenHandle(typeof(ReadyQueueTests).Assembly.Location);
        Assert.Equal("epoll_ctl", Assert.Throws<LinuxException>(() => ReadyQueue.Create(file)).Call);
    }

    private static int[] Ready(ReadyQueue queue, int milliseconds) =>
        [.. Enumerable.Range(0, queue.Wait(milliseconds)).Select(queue.Place)];
}
