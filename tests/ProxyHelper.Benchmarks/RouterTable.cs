namespace ProxyHelper.Benchmarks;

/// <summary>Fills the router's conntrack table, in the network namespace of the thread that opens it.</summary>
internal sealed class RouterTable : IDisposable
{
    private readonly ConntrackFixture _entries = ConntrackFixture.Open();
    private int _flows;

    /// <summary>Adds the next flows until the table has a number of them.</summary>
    /// <exception cref="OperationCanceledException">Thrown when the benchmark is interrupted.</exception>
    public void GrowTo(int flows, CancellationToken stop)
    {
        _entries.Add(Missing(flows, stop));
        _flows = flows;
    }

    /// <summary>
    /// Removes all flows now. The kernel has one hash table for all namespaces, and clears the entries of an old one
    /// later.
    /// </summary>
    public void Clear()
    {
        _entries.Flush();
        _flows = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _entries.Dispose();

    private IEnumerable<ConntrackFlow> Missing(int flows, CancellationToken stop)
    {
        for (int number = _flows; number < flows; number++)
        {
            stop.ThrowIfCancellationRequested();
            yield return new RouterFlow(number).ToEntry();
        }
    }
}
