using ProxyHelper.Mappings;

namespace ProxyHelper.Sources;

/// <summary>
/// Finds the original ends of connections for a helper, other than in the kernel of its host. A helper uses exactly one
/// resolver, and never asks a second one after a failure: two sources that disagree would misroute mail.
/// </summary>
public abstract class MappingResolver : IDisposable
{
    /// <summary>Gets what the resolver asks, such as "the table /var/db/states.txt", for logs and views.</summary>
    public abstract string Description { get; }

    /// <summary>Finds the mappings of a connection. Several queries can be asked at the same time.</summary>
    /// <param name="query">The connection with its ends after translation.</param>
    /// <param name="cancellationToken">Ends the attempt when the answer would be late, or the helper stops.</param>
    /// <returns>
    /// The answer. An exception counts as a failed look-up. The caller compares each mapping with the query.
    /// </returns>
    public abstract Task<ResolverAnswer> ResolveAsync(MappingQuery query, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the resolver. Unfinished look-ups are cancelled.</summary>
    protected abstract void Dispose(bool disposing);
}
