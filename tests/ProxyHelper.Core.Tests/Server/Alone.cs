using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>
/// Collects the tests that measure the whole process: its descriptors, threads or memory. They run one at a time.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
