namespace ProxyHelper.Benchmarks;

/// <summary>The value in the middle, which one disturbed round does not move.</summary>
internal static class Median
{
    /// <summary>Finds it; of an even number of values, between the two in the middle.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
