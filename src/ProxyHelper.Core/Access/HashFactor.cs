namespace ProxyHelper.Access;

/// <summary>
/// Chooses the factor that spreads addresses over a table. The factor is secret, so that no sender can choose its
/// place.
/// </summary>
internal static class HashFactor
{
    /// <summary>Returns a random odd number.</summary>
    public static uint Choose()
    {
        // The kernel seeds Random, and no output of it is visible. RandomNumberGenerator would load OpenSSL, 3 MB, for
        // four bytes.
#pragma warning disable CA5394 // for the reason above
        return (uint)new Random().NextInt64() | 1;
#pragma warning restore CA5394
    }
}
