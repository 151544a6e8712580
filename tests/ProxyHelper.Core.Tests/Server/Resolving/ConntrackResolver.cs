using ProxyHelper.Conntrack;
using ProxyHelper.Mappings;
using ProxyHelper.Sources;

namespace ProxyHelper.Tests.Server.Resolving;

/// <summary>
/// Represents a resolver that asks the kernel of the network namespace in which it was made, so that the same tests run
/// with the kernel and with a resolver as the source.
/// </summary>
internal sealed class ConntrackResolver : MappingResolver
{
    private readonly Lock _lock = new();
    private readonly ConntrackTable _table = ConntrackTable.Open();

    public override string Description => "the kernel, as a resolver";

    public override Task<ResolverAnswer> ResolveAsync(MappingQuery query, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var reply = new ConntrackTuple(query.Protocol, query.Destination, query.Source);
            return Task.FromResult(
                _table.Find(reply) is { } entry ? new ResolverAnswer([entry]) : ResolverAnswer.NotFound);
        }
    }

    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            _table.Dispose();
        }
    }
}
