namespace ProxyHelper.Benchmarks.Responders;

/// <summary>Represents the results of one contender in one round.</summary>
/// <param name="Load">The results of the load.</param>
/// <param name="PeakKibibytes">The peak memory of the contender.</param>
internal readonly record struct Measurement(LoadResult Load, int PeakKibibytes);
