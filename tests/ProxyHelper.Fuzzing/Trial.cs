namespace ProxyHelper.Fuzzing;

/// <summary>One input given to one target.</summary>
public static class Trial
{
    /// <summary>Runs it.</summary>
    /// <returns>What came out of the target; null when everything held.</returns>
    public static Exception? Run(IFuzzTarget target, ReadOnlySpan<byte> input)
    {
        ArgumentNullException.ThrowIfNull(target);
        try
        {
            target.Run(input);
            return null;
        }
#pragma warning disable CA1031 // whatever comes out is what is looked for
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return failure;
        }
    }
}
