using System.Diagnostics;
using ProxyHelper.Mappings;
using ProxyHelper.Server;
using ProxyHelper.Sources;
using ProxyHelper.Telemetry;
using ProxyHelper.TestSupport;
using ProxyHelper.Tests.Protocol;
using ProxyHelper.Tests.Sources;
using Xunit;

namespace ProxyHelper.Tests.Server.Resolving;

/// <summary>
/// Tests a responder whose resolver misbehaves. Each query gets "not found" in time and one counted reason. No other
/// query waits.
/// </summary>
/// <param name="path">The sockets of the responder.</param>
[Trait("Promise", "resolver-isolation")]
public abstract class ResolverServerTests(TestPath path) : ResolverPathTests(path)
{
    private const ushort Hanging = 1; // the source port of queries that the resolver never answers

    private static readonly TimeSpan _stopLimit = TimeSpan.FromSeconds(1);

    [Fact]
    public void Other_queries_do_not_wait_for_a_resolver_that_hangs() =>
        With(new ScriptedResolver(HangOnOnePort), Router.Rules, (responder, asker) =>
        {
            for (int i = 0; i < ResolverQueue.MaxRunning - 1; i++)
            {
                asker.Send(QueryOf(Hanging), Asker.Helper());
                Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
                Assert.Equal(TcpAsker.Found, TcpAsker.Ask());
            }

            byte[] malformed = [1, 2, 3];
            asker.Send(malformed, Asker.Helper());
            Assert.Equal(1, Router.CountsAfter(responder, 7)[Outcome.Malformed]);
            Assert.Equal(6, responder.Counts[Outcome.Found]);
        });

    [Fact]
    public void A_query_is_answered_not_found_before_the_client_gives_up_and_gets_no_second_reply()
    {
        var late = new TaskCompletionSource<ResolverAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        MappingQuery asked = default;
        var resolver = new ScriptedResolver((query, _) =>
        {
            asked = query;
            return late.Task;
        });
        With(resolver, Router.Rules with { MaxQueueDelay = TimeSpan.FromSeconds(1) }, (responder, asker) =>
        {
            // A host that stands still for a moment lets the query become too old, which gets no reply.
            while (responder.Counts[Outcome.ResolverLate] == 0)
            {
                asker.Send(Datagrams.Query, Asker.Helper());
                long queries = responder.Counts.Queries;
                Assert.True(SpinWait.SpinUntil(() => responder.Counts.Queries > queries, Patience.Limit));
            }

            Assert.Equal(Datagrams.NotFound, asker.Receive(out _));
            late.SetResult(new ResolverAnswer([ScriptedResolver.Map(asked)]));
            responder.Stop();
            Assert.False(asker.HasAnswer());
            Assert.Equal(0, responder.Counts[Outcome.Found]);
        });
    }

    [Fact]
    public void A_stop_takes_less_than_a_second_even_if_the_resolver_hangs() =>
        With(new ScriptedResolver(HangOnOnePort) { Ending = () => new ManualResetEventSlim().Wait() }, Router.Rules,
            (responder, asker) =>
            {
                using var tcp = new TcpAsker();
                tcp.Send($"{Hanging} , 9199\r\n");
                asker.Send(QueryOf(Hanging), Asker.Helper());
                Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
                var watch = Stopwatch.StartNew();
                responder.Stop();
                Assert.InRange(watch.Elapsed, TimeSpan.Zero, _stopLimit);
                Assert.Equal(NotFoundOf(Hanging), asker.Receive(out _));
                Assert.Equal($"{Hanging} , 9199 : ERROR : NO-USER\r\n", tcp.ReadToEnd());
                Assert.Equal(
                    new ResponderCounts { [Outcome.Found] = 1, [Outcome.ResolverLate] = 2 }, responder.Counts);
            });

    [Fact]
    public void A_stop_waits_a_moment_for_look_ups_that_run()
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var resolver = new ScriptedResolver(async (query, _) =>
        {
            await stopping.Task;
            return new ResolverAnswer([ScriptedResolver.Map(query)]);
        });
        With(resolver, Router.Rules, (responder, asker) =>
        {
            asker.Send(Datagrams.Query, Asker.Helper());
            Assert.True(SpinWait.SpinUntil(() => resolver.Asked == 1, Patience.Limit));
            Task stop = responder.StopAsync();
            stopping.SetResult();
            Assert.True(stop.Wait(Patience.Limit));
            Assert.Equal(Datagrams.Found, asker.Receive(out _));
        });
    }

    [Fact]
    public void The_look_up_of_a_client_that_resets_its_connection_is_cancelled()
    {
        var cancelled = new TaskCompletionSource();
        var resolver = new ScriptedResolver((_, cancellation) =>
        {
            cancellation.Register(cancelled.SetResult);
            return ScriptedResolver.Hang();
        });
        With(resolver, Router.Rules with { MaxQueueDelay = Patience.Limit }, (responder, _) =>
        {
            using var tcp = new TcpAsker();
            tcp.Send(TcpAsker.Query);
            Assert.True(SpinWait.SpinUntil(() => resolver.Asked == 1, Patience.Limit));
            tcp.Reset();
            Assert.True(SpinWait.SpinUntil(() => responder.Counts[Outcome.ReceiveError] == 1, Patience.Limit));
            Assert.True(cancelled.Task.Wait(Patience.Limit));
        });
    }

    [Fact]
    public void One_sender_with_a_resolver_that_hangs_gets_half_of_the_places() =>
        With(new ScriptedResolver((_, _) => ScriptedResolver.Hang()), Router.Rules, (responder, asker) =>
        {
            const int queries = 700;
            for (int port = 1; port <= queries; port++)
            {
                asker.Send(QueryOf((ushort)port), Asker.Helper());
            }

            int refused = queries - (SenderPlaces.Max / 2);
            Assert.True(
                SpinWait.SpinUntil(() => responder.Counts[Outcome.ResolverFull] == refused, Patience.Limit),
                $"{responder.Counts}");
            for (int i = 0; i < refused; i++)
            {
                Assert.Equal(0x22, asker.Receive(out _)[15]);
            }

            Assert.False(asker.HasAnswer());
        });

    [Fact]
    [Trait("Promise", "translated-only")]
    public void A_sender_that_is_not_trusted_learns_nothing_about_an_untranslated_destination() =>
        With(
            new ScriptedResolver(query => new([ScriptedResolver.Map(query, destination: $"{query.Destination}")])),
            Router.Rules,
            (responder, asker) =>
            {
                // The address is routed to this host but is on no interface, so the sender does not count as this host.
                Tool.Run("ip", "route", "add", "local", "198.51.100.0/24", "dev", "lo");
                using var stranger = new Asker("198.51.100.1");
                byte[] query = Datagrams.Query.With(20, 198, 51, 100, 1);
                Assert.Equal(Datagrams.NotFound.With(20, 198, 51, 100, 1), stranger.Ask(query, Asker.Helper()));
                Assert.Equal(0x12, asker.Ask(query, Asker.Helper())[15]); // this host may learn about every connection
                Assert.Equal(
                    new ResponderCounts { [Outcome.Found] = 1, [Outcome.NotFound] = 1 }, responder.Counts);
            });

    [Fact]
    public void A_query_that_waits_is_refused_if_the_rules_change()
    {
        var gate = new TaskCompletionSource<ResolverAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var resolver = new ScriptedResolver((_, _) => gate.Task);
        With(resolver, Router.Rules, (responder, asker) =>
        {
            asker.Send(Datagrams.Query, Asker.Helper());
            Assert.True(SpinWait.SpinUntil(() => resolver.Asked == 1, Patience.Limit));
            responder.ChangeRules(Router.Rules with { Secret = 7 });
            gate.SetResult(ResolverAnswer.NotFound);
            Assert.Equal(1, Router.CountsAfter(responder, 1)[Outcome.WrongSecret]);
            Assert.False(asker.HasAnswer());
        });
    }

    [Fact]
    public void A_helper_with_a_resolver_needs_no_capability_for_the_kernel_and_ends_its_resolver() => Router.With(() =>
    {
        Capability.DropNetAdmin();
        var resolver = new ScriptedResolver(query => new([ScriptedResolver.Map(query)]));
        using var asker = new Asker();
        using (Responder responder = Start(resolver, Router.Rules))
        {
            Assert.Equal(Datagrams.Found, asker.Ask(Datagrams.Query, Asker.Helper()));
            Assert.False(resolver.IsDisposed);
        }

        Assert.True(SpinWait.SpinUntil(() => resolver.IsDisposed, Patience.Limit));
    });

    private static Task<ResolverAnswer> HangOnOnePort(MappingQuery query, CancellationToken cancellation) =>
        query.Source.Port == Hanging
            ? ScriptedResolver.Hang()
            : Task.FromResult(new ResolverAnswer([ScriptedResolver.Map(query)]));

    private static byte[] QueryOf(ushort port) => Datagrams.Query.With(24, (byte)(port >> 8), (byte)(port & 0xff));

    private static byte[] NotFoundOf(ushort port) =>
        Datagrams.NotFound.With(24, (byte)(port >> 8), (byte)(port & 0xff));
}

/// <summary>Runs the tests with Linux's own sockets.</summary>
public sealed class ResolverServerOnLinuxTests() : ResolverServerTests(TestPath.Resolver);

/// <summary>Runs the tests with the sockets of .NET.</summary>
public sealed class ResolverServerOnPortableTests() : ResolverServerTests(TestPath.Portable);
