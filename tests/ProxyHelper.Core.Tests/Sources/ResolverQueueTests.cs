using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Sources;
using ProxyHelper.TestSupport;
using Xunit;

namespace ProxyHelper.Tests.Sources;

/// <summary>Tests that a queue asks its resolver a few queries at a time, and never waits for the resolver.</summary>
[Trait("Promise", "resolver-isolation")]
public sealed class ResolverQueueTests
{
    private static readonly IPv4Address _proxy = IPv4Address.Parse("194.0.22.9");

    [Fact]
    public void A_ticket_is_done_with_the_result_and_wakes_the_server()
    {
        using var queue = new ResolverQueue(new ScriptedResolver(query => new([ScriptedResolver.Map(query)])));
        using var woken = new ManualResetEventSlim();
        ResolverTicket ticket = queue.Begin(QueryOf(1), _proxy, woken.Set);
        Await(() => woken.IsSet);
        Assert.Equal((true, true), (ticket.IsDone, ticket.Result!.IsFound));
    }

    [Fact]
    public void Each_query_is_looked_up_on_its_own_even_if_all_ends_are_equal()
    {
        var resolver = new ScriptedResolver(_ => ResolverAnswer.NotFound);
        using var queue = new ResolverQueue(resolver);
        ResolverTicket[] tickets = [.. Enumerable.Range(0, 50).Select(_ => Begin(queue, port: 1))];
        AwaitDone(tickets);
        Assert.Equal(50, resolver.Asked);
    }

    [Fact]
    public void A_resolver_that_throws_ends_only_its_own_look_up()
    {
        using var queue = new ResolverQueue(new ScriptedResolver(query => query.Source.Port == 1
            ? throw new InvalidOperationException("the router is away")
            : new([ScriptedResolver.Map(query)])));
        ResolverTicket broken = Begin(queue, port: 1), whole = Begin(queue, port: 2);
        AwaitDone(broken, whole);
        Assert.Equal((ResolverFault.Failed, "the router is away"), (broken.Result!.Fault, broken.Result.Reason));
        Assert.True(whole.Result!.IsFound);
    }

    [Fact]
    [Trait("Promise", "resolver-limits")]
    public void Only_a_few_look_ups_run_at_the_same_time_and_the_others_wait()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var resolver = new ScriptedResolver(async (_, _) =>
        {
            await gate.Task;
            return ResolverAnswer.NotFound;
        });
        using var queue = new ResolverQueue(resolver);
        ResolverTicket[] tickets = [.. Enumerable.Range(0, 20).Select(port => Begin(queue, port))];
        Await(() => resolver.Asked == ResolverQueue.MaxRunning);
        Assert.DoesNotContain(tickets, ticket => ticket.IsDone);
        gate.SetResult();
        AwaitDone(tickets);
        Assert.Equal(20, resolver.Asked);
    }

    [Fact]
    [Trait("Promise", "resolver-limits")]
    public void A_full_queue_answers_at_once()
    {
        using var queue = new ResolverQueue(new ScriptedResolver((_, _) => ScriptedResolver.Hang()));
        int most = ResolverQueue.MaxWaiting + ResolverQueue.MaxRunning;
        ResolverTicket[] tickets = [.. Enumerable.Range(0, most).Select(port => Begin(queue, port))];
        ResolverTicket refused = Begin(queue, most);
        Assert.Equal(ResolverFault.Busy, refused.Result!.Fault);
        Assert.DoesNotContain(tickets, ticket => ticket.IsDone);
    }

    [Fact]
    public void An_abandoned_look_up_is_cancelled_and_makes_room_for_the_next()
    {
        var resolver = new ScriptedResolver(async (query, cancellation) =>
        {
            if (query.Source.Port < ResolverQueue.MaxRunning)
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            return ResolverAnswer.NotFound;
        });
        using var queue = new ResolverQueue(resolver);
        ResolverTicket[] slow =
            [.. Enumerable.Range(0, ResolverQueue.MaxRunning).Select(port => Begin(queue, port))];
        Await(() => resolver.Asked == slow.Length);
        ResolverTicket skipped = Begin(queue, port: 100), next = Begin(queue, port: 101);
        skipped.Abandon();
        Array.ForEach(slow, ticket => ticket.Abandon());
        AwaitDone(next);
        Assert.Equal(slow.Length + 1, resolver.Asked); // without the ticket that was abandoned before its turn
        Assert.DoesNotContain(slow, ticket => ticket.IsDone); // a result that nobody waits for is not kept
    }

    [Fact]
    public void Senders_take_turns()
    {
        var order = new List<ushort>();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var resolver = new ScriptedResolver(async (query, _) =>
        {
            await gate.Task;
            lock (order)
            {
                order.Add(query.Source.Port);
            }

            return ResolverAnswer.NotFound;
        });
        using var queue = new ResolverQueue(resolver);
        ResolverTicket[] greedy = [.. Enumerable.Range(0, 500).Select(port => Begin(queue, port))];
        ResolverTicket modest = queue.Begin(QueryOf(9999), IPv4Address.Parse("194.0.22.10"), () => { });
        gate.SetResult();
        AwaitDone([.. greedy, modest]);
        Assert.InRange(order.IndexOf(9999), 0, 4 * ResolverQueue.MaxRunning);
    }

    [Fact]
    public void A_stop_cancels_what_runs_and_ends_the_resolver()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var resolver = new ScriptedResolver((_, cancellation) =>
        {
            cancellation.Register(cancelled.SetResult);
            return ScriptedResolver.Hang();
        });
        var queue = new ResolverQueue(resolver);
        Begin(queue, port: 1);
        Await(() => resolver.Asked == 1);
        queue.Dispose();
        Await(() => cancelled.Task.IsCompleted);
        Await(() => resolver.IsDisposed);
        Assert.Equal(ResolverFault.Busy, Begin(queue, port: 2).Result!.Fault);
    }

    [Fact]
    public void A_resolver_that_does_not_end_does_not_delay_the_stop()
    {
        using var never = new ManualResetEventSlim();
        var queue = new ResolverQueue(new ScriptedResolver(_ => ResolverAnswer.NotFound) { Ending = never.Wait });
        var stop = Task.Run(queue.Dispose, TestContext.Current.CancellationToken);
        Await(() => stop.IsCompleted);
        never.Set();
    }

    private static MappingQuery QueryOf(int port) => new(
        IPProtocol.Tcp,
        new TransportEndPoint(IPv4Address.Parse("194.0.1.1"), (ushort)port),
        TransportEndPoint.Parse("194.0.22.9:9199"));

    private static ResolverTicket Begin(ResolverQueue queue, int port) => queue.Begin(QueryOf(port), _proxy, () => { });

    private static void Await(Func<bool> holds) => Assert.True(SpinWait.SpinUntil(holds, Patience.Limit));

    private static void AwaitDone(params ResolverTicket[] tickets) =>
        Await(() => Array.TrueForAll(tickets, ticket => ticket.IsDone));
}
