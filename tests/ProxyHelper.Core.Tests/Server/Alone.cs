using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>
/// Collects the tests that count the descriptors and threads of the process, which run one at a time.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
