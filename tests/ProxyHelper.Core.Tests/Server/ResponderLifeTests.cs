using ProxyHelper.Linux;
using ProxyHelper.Server;
using ProxyHelper.Telemetry;
using ProxyHelper.Tests.Protocol;
using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>Starting and stopping, with a count of what is left of it in the whole process; so no other test runs beside these.</summary>
[Collection(nameof(Alone))]
public sealed class ResponderLifeTests
{
    private static readonly ListenOptions _options = Router.Options("194.0.1.1", "194.0.1.2");

    [Fact]
    public void A_second_responder_on_the_port_is_refused_and_leaves_nothing_and_the_first_goes_on() =>
        Router.WithResponder(Router.Options("194.0.1.2"), (_, asker) =>
        {
            Assert.Throws<BindException>(() => Responder.Start(_options, Router.Rules)); // once, so that all is loaded
            int before = Descriptors();
            BindException failure = Assert.Throws<BindException>(() => Responder.Start(_options, Router.Rules));
            Assert.Equal((Errno.EADDRINUSE, Asker.Helper("194.0.1.2")), (failure.Errno, failure.EndPoint));
            Assert.Equal(before, Descriptors());
            Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper("194.0.1.2")));
        });

    [Fact]
    public void Stopping_twice_is_stopping_once_and_ends_what_it_has_to_tell() => Router.With(() =>
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
    public void Threads_that_stop_it_at_once_all_return_when_it_has_stopped() => Router.With(() =>
    {
        for (int round = 0; round < 20; round++)
        {
            Responder responder = Responder.Start(_options, Router.Rules);
            Parallel.For(0, 4, _ => responder.Stop());
            Assert.True(responder.Notices.Completion.IsCompletedSuccessfully);
        }
    });

    [Fact]
    public void Two_hundred_starts_and_stops_leave_no_descriptor_and_no_thread_and_the_port_is_free_at_once() => Router.With(() =>
    {
        using var asker = new Asker();
        Responder.Start(_options, Router.Rules).Stop(); // once, so that all is loaded
        int before = Descriptors();
        for (int round = 0; round < 200; round++)
        {
            using Responder responder = Responder.Start(_options, Router.Rules);
            Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
            responder.Stop();
        }

        Assert.Equal(before, Descriptors());
        Assert.True(SpinWait.SpinUntil(() => WorkerThreads() == 0, TimeSpan.FromMinutes(1))); // a joined thread may still be on its way out
    });

    [Fact]
    public void Starts_and_stops_with_TCP_leave_nothing_either_whatever_its_clients_do() => Router.With(() =>
    {
        ListenOptions options = _options with { TcpPort = 114 };
        Responder.Start(options, Router.Rules).Stop(); // once, so that all is loaded
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
    public void A_responder_whose_TCP_port_is_in_use_leaves_nothing() => Router.WithResponder(Router.Options("194.0.1.2") with { TcpPort = 115 }, (_, _) =>
    {
        ListenOptions options = Router.Options("194.0.1.1", "194.0.1.2") with { Port = 116, TcpPort = 115 };
        Assert.Throws<BindException>(() => Responder.Start(options, Router.Rules)); // once, so that all is loaded
        int before = Descriptors();
        BindException failure = Assert.Throws<BindException>(() => Responder.Start(options, Router.Rules));
        Assert.Equal(Asker.Helper("194.0.1.2", 115), failure.EndPoint);
        Assert.Equal(before, Descriptors());
    });

    [Fact]
    public void It_stops_while_queries_pour_in() => Router.With(() =>
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
                while (responder.Notices.TryRead(out _)) // such as that a queue was full
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

    private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd")
        .Select(path => new FileInfo(path).LinkTarget ?? string.Empty)
        .Count(target => target.StartsWith("socket:", StringComparison.Ordinal) || target is "anon_inode:[eventfd]" or "anon_inode:[eventpoll]");

    private static int WorkerThreads() => Directory.GetDirectories("/proc/self/task").Count(path => NameOf(path) == "ProxyHelper");

    private static string NameOf(string thread)
    {
        try
        {
            return File.ReadAllText($"{thread}/comm").Trim();
        }
        catch (IOException)
        {
            return string.Empty; // it ended meanwhile
        }
    }
}
