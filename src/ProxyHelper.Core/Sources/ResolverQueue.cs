using System.Diagnostics.CodeAnalysis;
using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.Sources;

/// <summary>
/// Asks a resolver about the queries of all servers of a helper, a few at a time. A server gets a ticket at once, and
/// never waits for the resolver. A server abandons a ticket whose answer would be late. A resolver that does not react
/// keeps its place until it returns, so that it cannot use up threads or memory. Other queries then wait, and the
/// server abandons them.
/// </summary>
internal sealed class ResolverQueue : IDisposable
{
    /// <summary>The largest number of tickets that wait.</summary>
    public const int MaxWaiting = 1024;

    /// <summary>The largest number of look-ups at the same time.</summary>
    public const int MaxRunning = 4;

    private static readonly TimeSpan _longestEnd = TimeSpan.FromMilliseconds(300);

    private readonly Lock _lock = new();
    private readonly TicketLine _waiting = new();
    private readonly HashSet<ResolverTicket> _running = [];
    private readonly MappingResolver _resolver;
    private readonly Action<Action> _start;
    private bool _isStopped;

    /// <summary>Creates a queue, which disposes of the resolver.</summary>
    public ResolverQueue(MappingResolver resolver)
        : this(resolver, action => ThreadPool.UnsafeQueueUserWorkItem(_ => action(), state: null))
    {
    }

    /// <summary>Creates a queue that starts its work in another way, for tests.</summary>
    internal ResolverQueue(MappingResolver resolver, Action<Action> start)
    {
        _resolver = resolver;
        _start = start;
    }

    /// <summary>Begins a look-up. The method does not wait.</summary>
    /// <param name="query">The query.</param>
    /// <param name="sender">The sender of the query, whose look-ups take turns with those of others.</param>
    /// <param name="wake">Called when the ticket is done, on any thread.</param>
    /// <returns>The ticket, which is done at once if too many tickets wait.</returns>
    public ResolverTicket Begin(in MappingQuery query, IPv4Address sender, Action wake)
    {
        var ticket = new ResolverTicket(query, wake);
        bool hasRoom;
        lock (_lock)
        {
            hasRoom = !_isStopped && _waiting.Count < MaxWaiting;
            if (hasRoom)
            {
                _waiting.Add(ticket, sender);
            }
        }

        if (hasRoom)
        {
            StartNext();
        }
        else
        {
            ticket.Complete(new ResolverResult(ResolverFault.Busy));
        }

        return ticket;
    }

    /// <summary>
    /// Abandons all tickets and disposes of the resolver. The resolver is given a short time to end. A resolver that
    /// takes longer ends on its own.
    /// </summary>
    public void Dispose() => Stop().Wait(_longestEnd);

    private Task Stop()
    {
        ResolverTicket[] running;
        lock (_lock)
        {
            if (_isStopped)
            {
                return Task.CompletedTask;
            }

            _isStopped = true;
            running = [.. _running];
            while (_waiting.TryTake(out ResolverTicket? ticket))
            {
                ticket.Abandon();
            }
        }

        Array.ForEach(running, ticket => ticket.Abandon());
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _start(() => EndResolver(ended));
        return ended.Task;
    }

    [SuppressMessage("Design", "CA1031", Justification = "A resolver that fails to end must not end the process.")]
    private void EndResolver(TaskCompletionSource ended)
    {
        try
        {
            _resolver.Dispose();
        }
        catch (Exception)
        {
            // The helper has ended, and nobody waits for an answer.
        }

        ended.SetResult();
    }

    /// <summary>Starts the look-up of the next ticket, unless enough look-ups run.</summary>
    private void StartNext()
    {
        ResolverTicket? ticket;
        lock (_lock)
        {
            if (!TryTake(out ticket))
            {
                return;
            }

            _running.Add(ticket);
        }

        _start(() => _ = ResolveAsync(ticket));
    }

    /// <summary>Takes the next ticket that is not abandoned.</summary>
    private bool TryTake([NotNullWhen(true)] out ResolverTicket? ticket)
    {
        ticket = null;
        while (_running.Count < MaxRunning && _waiting.TryTake(out ticket))
        {
            if (!ticket.IsAbandoned)
            {
                return true;
            }
        }

        return false;
    }

    [SuppressMessage("Design", "CA1031", Justification = "No failure of a resolver may end the process.")]
    private async Task ResolveAsync(ResolverTicket ticket)
    {
        using var running = new CancellationTokenSource();
        try
        {
            if (ticket.TryBegin(running))
            {
                ResolverAnswer answer =
                    await _resolver.ResolveAsync(ticket.Query, running.Token).ConfigureAwait(false);
                ticket.Complete(ResolverResult.From(ticket.Query, answer));
            }
        }
        catch (Exception failure)
        {
            ticket.Complete(new ResolverResult(ResolverFault.Failed, failure.Message));
        }

        lock (_lock)
        {
            _running.Remove(ticket);
        }

        StartNext();
    }
}
