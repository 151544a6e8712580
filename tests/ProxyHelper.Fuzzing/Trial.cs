namespace ProxyHelper.Fuzzing;

/// <summary>Runs a target on an input.</summary>
public static class Trial
{
    /// <summary>Runs a target on an input.</summary>
    /// <returns>The exception of the target, or null when all rules held.</returns>
    public static Exception? Run(IFuzzTarget target, ReadOnlySpan<byte> input)
    {
        ArgumentNullException.ThrowIfNull(target);
        try
        {
            target.Run(input);
            return null;
        }
#pragma warning disable CA1031 // every exception is a result
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return failure;
        }
    }
}
