namespace ProxyHelper.Access;

/// <summary>What addresses are multiplied by to spread them: odd, and known to nobody, so that no sender can choose its place.</summary>
internal static class HashFactor
{
    /// <summary>Chooses one.</summary>
    public static uint Choose()
    {
        // Seeded by the kernel, and what it gives is seen by nobody. RandomNumberGenerator would load OpenSSL, 3 MB, for four bytes.
#pragma warning disable CA5394 // for the reason above
        return (uint)new Random().NextInt64() | 1;
#pragma warning restore CA5394
    }
}
