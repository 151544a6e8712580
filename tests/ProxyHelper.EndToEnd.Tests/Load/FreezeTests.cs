using System.Buffers.Binary;
using System.Net.Sockets;
using Xunit;

namespace ProxyHelper.EndToEnd.Load;

/// <summary>Tests that a daemon that stands still under load sends no late reply afterwards.</summary>
[Trait("Promise", "no-late-reply")]
public sealed class FreezeTests(PublishedDaemon daemon)
{
    private const int Freezes = 20;
    private const int Senders = 2;
    private const int SentBefore = 3000; // queries, so that the daemon stands still while it answers some of them
    private const int CookieOffset = 4;

    // Longer than the largest age of a query that is answered, which the daemon is started with.
    private static readonly TimeSpan _freeze = TimeSpan.FromMilliseconds(500);

    private readonly byte[] _buffer = new byte[256];
    private uint _cookie;

    [Fact]
    public async Task A_daemon_that_was_paused_sends_no_late_reply()
    {
        using var network = RouterNetwork.Create();
        DaemonOnRouter.Track(network, TrackedConnection.Flow);
        using RunningProgram program = await DaemonOnRouter.StartAsync(
            network, daemon, "--rate", "0", "--max-delay", "0.2");
        using Socket proxy = DaemonOnRouter.OpenProxySocket(network);
        proxy.ReceiveBufferSize = 1 << 22;
        for (int freeze = 0; freeze < Freezes; freeze++)
        {
            PauseUnderLoad(program, proxy);
            await Task.Delay(_freeze, Patience.Token());
            while (proxy.Poll(0, SelectMode.SelectRead))
            {
                Receive(proxy); // sent before the pause
            }

            uint lastBefore = _cookie;
            program.Resume();
            uint first = await FirstReplyAsync(proxy);
            Assert.True(first > lastBefore, "the reply to a query from before the pause is late");
        }
    }

    /// <summary>Pauses the daemon while it answers queries, and ends the queries.</summary>
    private void PauseUnderLoad(RunningProgram program, Socket proxy)
    {
        uint last = _cookie + SentBefore;
        bool isOver = false;
        Thread[] senders = [.. Enumerable.Range(0, Senders).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                Send(proxy);
            }
        }))];
        Array.ForEach(senders, sender => sender.Start());
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _cookie) > last, Patience.Limit));
        program.Pause();
        Volatile.Write(ref isOver, true);
        Array.ForEach(senders, sender => sender.Join());
    }

    /// <summary>Sends queries until one is answered, and returns the cookie of the first reply.</summary>
    private async Task<uint> FirstReplyAsync(Socket proxy)
    {
        CancellationToken patience = Patience.Token();
        while (true)
        {
            Send(proxy);
            if (proxy.Poll(TimeSpan.FromMilliseconds(10), SelectMode.SelectRead))
            {
                return Receive(proxy);
            }

            patience.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private void Send(Socket proxy) =>
        proxy.Send(TrackedConnection.Query(cookie: Interlocked.Increment(ref _cookie)));

    private uint Receive(Socket proxy)
    {
        Assert.Equal(QueryDatagram.Size, proxy.Receive(_buffer.AsSpan()));
        return BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(CookieOffset));
    }
}
