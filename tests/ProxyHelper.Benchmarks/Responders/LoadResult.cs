namespace ProxyHelper.Benchmarks.Responders;

/// <summary>What became of a load's queries.</summary>
/// <param name="Rate">Right answers a second.</param>
/// <param name="Median">Half of the answers took no longer, in microseconds.</param>
/// <param name="Percentile99">99 of a hundred took no longer, in microseconds.</param>
/// <param name="Right">Answers with the right original ends, and "not found" where there was none.</param>
/// <param name="Wrong">All other answers.</param>
/// <param name="Lost">Queries without an answer.</param>
internal readonly record struct LoadResult(double Rate, double Median, double Percentile99, long Right, long Wrong, long Lost);
