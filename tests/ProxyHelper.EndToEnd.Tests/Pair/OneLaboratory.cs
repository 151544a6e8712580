using Xunit;

namespace ProxyHelper.EndToEnd.Pair;

/// <summary>Groups the tests that start a laboratory. They run alone: other programs delay a failover.</summary>
[CollectionDefinition(nameof(OneLaboratory), DisableParallelization = true)]
public sealed class OneLaboratory
{
}
