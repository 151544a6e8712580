using ProxyHelper.Mappings;

namespace ProxyHelper.Sources;

/// <summary>
/// Represents one query that a resolver looks up. No two queries share a ticket: a look-up that began before a query
/// arrived may be about an earlier connection with the same ends.
/// </summary>
/// <param name="query">The query.</param>
/// <param name="wake">Called when the ticket is done, on any thread.</param>
internal sealed class ResolverTicket(MappingQuery query, Action wake)
{
    private readonly Lock _lock = new();
    private volatile ResolverResult? _result;
    private CancellationTokenSource? _running;
    private volatile bool _isAbandoned;

    /// <summary>Gets the query.</summary>
    public MappingQuery Query { get; } = query;

    /// <summary>Gets whether the look-up has ended.</summary>
    public bool IsDone => _result is not null;

    /// <summary>Gets whether nobody waits for the result.</summary>
    public bool IsAbandoned => _isAbandoned;

    /// <summary>Gets the result, or null if the look-up has not ended.</summary>
    public ResolverResult? Result => _result;

    /// <summary>
    /// Ends the interest in the result. A look-up that waits does not begin, and one that runs is cancelled. The method
    /// does not wait.
    /// </summary>
    public void Abandon()
    {
        lock (_lock)
        {
            _isAbandoned = true;
            _ = _running?.CancelAsync(); // what the resolver registered runs on another thread
        }
    }

    /// <summary>Begins the look-up.</summary>
    /// <param name="running">Cancels the look-up.</param>
    /// <returns>False if the ticket is abandoned.</returns>
    public bool TryBegin(CancellationTokenSource running)
    {
        lock (_lock)
        {
            _running = _isAbandoned ? null : running;
            return !_isAbandoned;
        }
    }

    /// <summary>Ends the look-up with a result.</summary>
    public void Complete(ResolverResult result)
    {
        lock (_lock)
        {
            _running = null;
            if (_isAbandoned || IsDone)
            {
                return;
            }

            _result = result;
        }

        wake();
    }
}
