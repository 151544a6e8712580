using ProxyHelper.Addresses;
using ProxyHelper.Mappings;
using ProxyHelper.Sources;

namespace ProxyHelper.Tests.Sources;

/// <summary>Represents a resolver that a test scripts.</summary>
internal sealed class ScriptedResolver(Func<MappingQuery, CancellationToken, Task<ResolverAnswer>> resolve)
    : MappingResolver
{
    private int _asked;

    /// <summary>Creates a resolver that answers at once.</summary>
    public ScriptedResolver(Func<MappingQuery, ResolverAnswer> resolve)
        : this((query, _) => Task.FromResult(resolve(query)))
    {
    }

    /// <summary>Gets the number of queries that the resolver was asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Gets whether the resolver was disposed of.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Gets or sets what the end of the resolver does.</summary>
    public Action Ending { get; init; } = () => { };

    public override string Description => "a script";

    /// <summary>Returns a task that never completes, not even when it is cancelled.</summary>
    public static Task<ResolverAnswer> Hang() => new TaskCompletionSource<ResolverAnswer>().Task;

    /// <summary>Returns the mapping of a query with the documented original ends, or with other ones.</summary>
    public static RouterMapping Map(
        MappingQuery query, string source = "10.1.1.1:20000", string destination = "4.1.1.2:25") =>
        new(NatSystem.MikroTik)
        {
            Protocol = query.Protocol,
            OriginalSource = TransportEndPoint.Parse(source),
            OriginalDestination = TransportEndPoint.Parse(destination),
            TranslatedSource = query.Source,
            TranslatedDestination = query.Destination,
        };

    public override Task<ResolverAnswer> ResolveAsync(MappingQuery query, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        return resolve(query, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        Ending();
    }
}
