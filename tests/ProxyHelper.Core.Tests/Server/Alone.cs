using Xunit;

namespace ProxyHelper.Tests.Server;

/// <summary>Tests that count what the whole process has: none runs beside another.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
