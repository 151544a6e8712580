namespace ProxyHelper.Benchmarks;

/// <summary>Calculates the median, which one disturbed round does not change.</summary>
internal static class Median
{
    /// <summary>Returns the median. For an even number of values, it is the mean of the two in the middle.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
