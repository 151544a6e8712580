namespace ProxyHelper.Benchmarks.Responders;

/// <summary>Represents the results of a load.</summary>
/// <param name="Rate">The number of correct replies a second.</param>
/// <param name="Median">The median time of a reply in microseconds.</param>
/// <param name="Percentile99">The 99th percentile of the time of a reply in microseconds.</param>
/// <param name="Right">The number of correct replies.</param>
/// <param name="Wrong">The number of wrong replies.</param>
/// <param name="Lost">The number of queries without a reply.</param>
internal readonly record struct LoadResult(
    double Rate, double Median, double Percentile99, long Right, long Wrong, long Lost);
