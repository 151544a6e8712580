namespace ProxyHelper.Benchmarks;

/// <summary>The router's conntrack table, in the network namespace of the thread that opens it.</summary>
internal sealed class RouterTable : IDisposable
{
    private readonly ConntrackFixture _entries = ConntrackFixture.Open();
    private int _flows;

    /// <summary>Adds flows, the ones with the numbers next in line, until there are so many.</summary>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public void GrowTo(int flows, CancellationToken stop)
    {
        _entries.Add(Missing(flows, stop));
        _flows = flows;
    }

    /// <summary>Takes all away now: the kernel has one hash table for all namespaces, and clears an abandoned one when it likes.</summary>
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
