using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>Tests that a responder leaves no descriptors and threads. No other test runs at the same time.</summary>
[Collection(nameof(Alone))]
[Trait("Promise", "clean-stop")]
public sealed class ResponderLifeTests
{
    private static readonly ListenOptions _options = Router.Options("194.0.1.1", "194.0.1.2");

    [Fact]
    [Trait("Promise", "one-helper-per-port")]
    public void A_second_responder_on_the_port_fails_and_leaves_no_descriptor() =>
        Router.WithResponder(Router.Options("194.0.1.2"), (_, asker) =>
        {
            // The first call loads libraries.
            Assert.Throws<BindException>(() => Responder.Start(_options, Router.Rules));
            int before = Descriptors();
            BindException failure = Assert.Throws<BindException>(() => Responder.Start(_options, Router.Rules));
            Assert.Equal((Errno.EADDRINUSE, Asker.Helper("194.0.1.2")), (failure.Errno, failure.EndPoint));
            Assert.Equal(before, Descriptors());
            Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper("194.0.1.2")));
        });

    [Fact]
    public void Stopping_twice_has_no_effect_and_the_notices_end() => Router.With(() =>
    {
        Responder responder = Responder.Start(_options, Router.Rules);
        Assert.False(responder.Notices.Completion.IsCompleted);
        responder.Stop();
        Assert.True(responder.Notices.Completion.IsCompletedSuccessfully);
        responder.Stop();
        responder.Dispose();
        Assert.Equal(0, responder.Counts.Queries);
    });

    [Fact]
    public void Threads_that_stop_at_the_same_time_all_return_after_the_end() => Router.With(() =>
    {
        for (int round = 0; round < 20; round++)
        {
            Responder responder = Responder.Start(_options, Router.Rules);
            Parallel.For(0, 4, _ => responder.Stop());
            Assert.True(responder.Notices.Completion.IsCompletedSuccessfully);
        }
    });

    [Fact]
    public void Two_hundred_starts_and_stops_leave_no_descriptor_and_no_thread() => Router.With(() =>
    {
        using var asker = new Asker();
        Responder.Start(_options, Router.Rules).Stop(); // the first call loads libraries
        int before = Descriptors();
        for (int round = 0; round < 200; round++)
        {
            using Responder responder = Responder.Start(_options, Router.Rules);
            Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
            responder.Stop();
        }

        Assert.Equal(before, Descriptors());
        // The thread may end a moment later.
        Assert.True(SpinWait.SpinUntil(() => WorkerThreads() == 0, TimeSpan.FromMinutes(1)));
    });

    [Fact]
    public void Starts_and_stops_with_TCP_leave_no_descriptor_and_no_thread() => Router.With(() =>
    {
        ListenOptions options = _options with { TcpPort = 114 };
        Responder.Start(options, Router.Rules).Stop(); // the first call loads libraries
        int before = Descriptors();
        for (int round = 0; round < 50; round++)
        {
            using TcpAsker silent = StartAndStop(options);
            Assert.Equal(string.Empty, silent.ReadToEnd());
        }

        Assert.Equal(before, Descriptors());
        Assert.True(SpinWait.SpinUntil(() => WorkerThreads() == 0, TimeSpan.FromMinutes(1)));
    });

    [Fact]
    public void A_responder_whose_TCP_port_is_in_use_leaves_no_descriptor() =>
        Router.WithResponder(Router.Options("194.0.1.2") with { TcpPort = 115 }, (_, _) =>
        {
            ListenOptions options = Router.Options("194.0.1.1", "194.0.1.2") with { Port = 116, TcpPort = 115 };
            // The first call loads libraries.
            Assert.Throws<BindException>(() => Responder.Start(options, Router.Rules));
            int before = Descriptors();
            BindException failure = Assert.Throws<BindException>(() => Responder.Start(options, Router.Rules));
            Assert.Equal(Asker.Helper("194.0.1.2", 115), failure.EndPoint);
            Assert.Equal(before, Descriptors());
        });

    [Fact]
    public void A_responder_stops_while_queries_arrive() => Router.With(() =>
    {
        using var pouring = new CancellationTokenSource();
        var thread = new Thread(() =>
        {
            using var asker = new Asker();
            while (!pouring.IsCancellationRequested)
            {
                asker.Send(Datagrams.Query, Asker.Helper());
            }
        });
        thread.Start();
        try
        {
            for (int round = 0; round < 20; round++)
            {
                using Responder responder = Responder.Start(_options, Router.Rules);
                Assert.True(SpinWait.SpinUntil(() => responder.Counts.Queries > 100, TimeSpan.FromMinutes(1)));
                responder.Stop();
                ResponderCounts counts = responder.Counts;
                Assert.Equal(counts.Queries, counts[Outcome.Found]);
                Assert.True(responder.Completion.IsCompletedSuccessfully);
                while (responder.Notices.TryRead(out _)) // such as a notice about a full queue
                {
                }

                Assert.True(responder.Notices.Completion.IsCompletedSuccessfully);
            }
        }
        finally
        {
            pouring.Cancel();
            thread.Join();
        }
    });

    private static TcpAsker StartAndStop(ListenOptions options)
    {
        using Responder responder = Responder.Start(options, Router.Rules);
        var silent = new TcpAsker();
        Assert.Equal(TcpAsker.Found, TcpAsker.Ask());
        responder.Stop();
        return silent;
    }

    // A socket that an earlier test left to the garbage collector would be closed at any later time.
    private static int Descriptors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Directory.GetFileSystemEntries("/proc/self/fd")
            .Select(path => new FileInfo(path).LinkTarget ?? string.Empty)
            .Count(target => target.StartsWith("socket:", StringComparison.Ordinal)
                || target is "anon_inode:[eventfd]" or "anon_inode:[eventpoll]");
    }

    private static int WorkerThreads() =>
        Directory.GetDirectories("/proc/self/task").Count(path => NameOf(path) == "ProxyHelper");

    private static string NameOf(string thread)
    {
        try
        {
            return File.ReadAllText($"{thread}/comm").Trim();
        }
        catch (IOException)
        {
            return string.Empty; // the thread has ended
        }
    }
}
