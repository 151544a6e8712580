using System.Net;
using ProxyHelper.Linux;
using ProxyHelper.Mappings;
using ProxyHelper.Netlink;
using ProxyHelper.Server;
using ProxyHelper.Server.Portable;
using ProxyHelper.Sources;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Access;
using ProxyHelper.Tests.Protocol;
using ProxyHelper.Tests.Sources;
using Xunit;

namespace ProxyHelper.Tests.Server.Portable;

/// <summary>Tests what only the UDP server with the sockets of .NET does.</summary>
public sealed class PortableUdpServerTests
{
    private static readonly AnswerRules _rules = Router.Rules with { MaxQueueDelay = TimeSpan.FromSeconds(1) };

    [Fact]
    [Trait("Promise", "no-late-reply")]
    public void A_query_that_may_have_waited_while_the_process_stood_still_is_refused() => Router.With(() =>
    {
        var clock = new VirtualClock();
        using var run = new Run(Router.Options("194.0.1.1"), clock);
        using var asker = new Asker();
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
        int found = 1;

        // If the server looks at its queue between the two steps, it knows that the query is young.
        while (run.Counters.Read()[Outcome.Late] == 0)
        {
            long queries = run.Counters.Read().Queries;
            clock.Advance(TimeSpan.FromSeconds(2));
            asker.Send(Datagrams.Query, Asker.Helper());
            Assert.True(SpinWait.SpinUntil(() => run.Counters.Read().Queries > queries, Patience.Limit));
        }

        while (run.Counters.Read()[Outcome.Found] > found++)
        {
            Assert.Equal(Datagrams.Found, asker.Receive(out _));
        }

        Assert.False(asker.HasAnswer());
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
    });

    [Fact]
    [Trait("Promise", "no-late-reply")]
    public void A_reply_that_became_late_while_the_resolver_ran_does_not_leave() => Router.With(() =>
    {
        var clock = new VirtualClock();
        var gate = new TaskCompletionSource<ResolverAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var run = new Run(Router.Options("194.0.1.1"), clock, (_, _) => gate.Task);
        using var asker = new Asker();
        asker.Send(Datagrams.Query, Asker.Helper());
        Assert.True(SpinWait.SpinUntil(() => run.Resolver.Asked == 1, Patience.Limit));
        clock.Advance(TimeSpan.FromSeconds(2));
        gate.SetResult(ResolverAnswer.NotFound);
        Assert.True(SpinWait.SpinUntil(() => run.Counters.Read()[Outcome.Late] == 1, Patience.Limit));
        Assert.False(asker.HasAnswer());
    });

    [Fact]
    [Trait("Promise", "address-changes")]
    public void On_all_addresses_the_sockets_follow_the_addresses_of_this_host() => Router.With(() =>
    {
        using var run = new Run(Router.Options("0.0.0.0"), new PortableClock());
        using var asker = new Asker();
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper("194.0.1.2")));
        Tool.Run("ip", "address", "add", "194.0.1.7/32", "dev", "lo");
        Assert.True(SpinWait.SpinUntil(() => IsServed("194.0.1.7"), Patience.Limit));
        Tool.Run("ip", "address", "delete", "194.0.1.7/32", "dev", "lo");
        Tool.Run("ip", "address", "add", "194.0.1.8/32", "dev", "lo");
        Assert.True(SpinWait.SpinUntil(() => IsServed("194.0.1.8"), Patience.Limit));
        Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper("194.0.1.1")));

        bool IsServed(string address)
        {
            asker.Send(Datagrams.Query, Asker.Helper(address));
            return SpinWait.SpinUntil(asker.HasAnswer, TimeSpan.FromMilliseconds(200))
                && asker.Receive(out IPEndPoint from).SequenceEqual(Datagrams.Found)
                && from.Equals(Asker.Helper(address));
        }
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_needs_Linux_is_refused_with_its_reason(bool isSource)
    {
        ListenOptions options = Router.Options("194.0.1.1") with { Path = ServerPath.Portable };
        options = isSource
            ? options
            : options with { Resolver = new ScriptedResolver(_ => ResolverAnswer.NotFound), Workers = 2 };
        ArgumentException failure = Assert.Throws<ArgumentException>(() => Responder.Open(options, Router.Rules));
        string reason = isSource ? "Only Linux has a conntrack table" : "Several workers";
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Runs a server on its own thread.</summary>
    private sealed class Run : IDisposable
    {
        private readonly PortableWake _stop = PortableWake.Open();
        private readonly ResolverQueue _queue;
        private readonly Thread _thread;

        public Run(
            ListenOptions options,
            Clock clock,
            Func<MappingQuery, CancellationToken, Task<ResolverAnswer>>? resolve = null)
        {
            Resolver = new ScriptedResolver(
                resolve ?? ((query, _) => Task.FromResult(new ResolverAnswer([ScriptedResolver.Map(query)]))));
            _queue = new ResolverQueue(Resolver);
            var wake = PortableWake.Open();
            var telemetry = new ServerTelemetry(Counters, new ResponderJournal());
            var context = new PortableContext(_stop, wake, LocalAddresses.OpenPortable(clock), telemetry, clock)
            {
                Tickets = new QueryTickets(_queue, wake.Set, telemetry),
            };
            var server = new PortableUdpServer(options, context, new RuleSet(_rules, Limiter: null));
            _thread = new Thread(() =>
            {
                server.Run();
                server.Dispose();
            });
            _thread.Start();
        }

        public ScriptedResolver Resolver { get; }

        public ServerCounters Counters { get; } = new();

        public void Dispose()
        {
            _stop.Set();
            _thread.Join();
            _queue.Dispose();
            _stop.Dispose();
        }
    }
}
