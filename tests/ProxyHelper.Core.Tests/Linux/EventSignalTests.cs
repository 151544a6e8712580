using Microsoft.Win32.SafeHandles;
using ProxyHelper.Linux;
using Xunit;

namespace ProxyHelper.Tests.Linux;

public sealed class EventSignalTests
{
    private const int Patience = 60_000; // milliseconds; the events happen at once

    [Fact]
    public void A_signal_from_another_thread_wakes_the_waiting_thread()
    {
        using EventSignal signal = EventSignal.Create();
        using EventSignal other = EventSignal.Create();
        var poll = new PollSet(other, signal);
        var thread = new Thread(signal.Set) { IsBackground = true };
        Assert.False(poll.Wait(0));
        thread.Start();

        Assert.True(poll.Wait(Patience));
        Assert.False(poll.IsReady(0));
        Assert.True(poll.IsReady(1));
        thread.Join();
    }

    [Fact]
    public void A_set_signal_stays_set_for_all_threads()
    {
        using EventSignal signal = EventSignal.Create();
        signal.Set();
        signal.Set();
        Assert.All(
            [new PollSet(signal), new PollSet(signal)],
            poll => Assert.True(poll.Wait(0) && poll.Wait(0) && poll.IsReady(0)));
    }

    [Fact]
    public void A_closed_descriptor_is_an_exception_and_not_a_loop()
    {
        using var descriptor = new ClosedDescriptor();
        var poll = new PollSet(descriptor);
        Assert.True(poll.Wait(Patience));
        Assert.Throws<LinuxException>(() => poll.IsReady(0));
    }

    // A number that no descriptor has. Another test could open a really closed descriptor again.
    private sealed class ClosedDescriptor : SafeHandleMinusOneIsInvalid
    {
        public ClosedDescriptor()
            : base(ownsHandle: false)
        {
            SetHandle(int.MaxValue);
        }

        protected override bool ReleaseHandle() => true;
    }
}
