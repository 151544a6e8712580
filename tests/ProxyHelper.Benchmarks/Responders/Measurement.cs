namespace ProxyHelper.Benchmarks.Responders;

/// <summary>One contender in one round.</summary>
/// <param name="Load">What became of the queries.</param>
/// <param name="PeakKibibytes">The most memory that it had at once.</param>
internal readonly record struct Measurement(LoadResult Load, int PeakKibibytes);
