using ProxyHelper.Addresses;

namespace ProxyHelper.Access;

/// <summary>
/// Limits the rate of queries from each source address, with a token bucket for each source. The table of buckets has a
/// fixed size, and all threads share the table without a lock. A bucket holds the queries of a second. If a set of the
/// table has no room for another source, the fullest bucket of the set is given away. A flood from forged addresses can
/// give a source its tokens back, but cannot use more memory.
/// </summary>
internal sealed class RateLimiter
{
    private const int SetBits = 10;
    private const int Ways = 4;

    // High half: the source address. Low half: the time at which its bucket is full again, in tokens, modulo 2^32.
    private readonly ulong[] _buckets = new ulong[Ways << SetBits];
    private readonly uint _perSecond;
    private readonly uint _factor = HashFactor.Choose();

    /// <summary>Creates the table.</summary>
    /// <param name="perSecond">The number of queries that a source may send in a second.</param>
    public RateLimiter(int perSecond)
    {
        _perSecond = (uint)perSecond;
    }

    /// <summary>
    /// Returns a time for <see cref="TryTake"/>: the number of tokens that a bucket was given up to then, modulo 2^32.
    /// </summary>
    /// <param name="now">The time since boot. A clock that is set would fill or empty buckets.</param>
    public uint TimeAt(TimeSpan now)
    {
        (long seconds, long rest) = Math.DivRem(now.Ticks, TimeSpan.TicksPerSecond);
        return (uint)((seconds * _perSecond) + (rest * _perSecond / TimeSpan.TicksPerSecond));
    }

    /// <summary>Takes a token from the bucket of a source.</summary>
    /// <returns>False if the bucket is empty.</returns>
    public bool TryTake(IPv4Address source, uint now)
    {
        Span<ulong> set = _buckets.AsSpan((int)(source.Value * _factor >> (32 - SetBits)) * Ways, Ways);
        while (true)
        {
            ref ulong bucket = ref Choose(set, source, now);
            ulong seen = Volatile.Read(ref bucket);
            uint taken = AddressOf(seen) == source ? Taken(seen, now) : 0;
            if (taken >= _perSecond)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref bucket, ((ulong)source.Value << 32) | (now + taken + 1), seen) == seen)
            {
                return true;
            }
        }
    }

    private static IPv4Address AddressOf(ulong bucket) => new((uint)(bucket >> 32));

    /// <summary>Returns the bucket of the source, or else the fullest bucket of the set.</summary>
    private ref ulong Choose(Span<ulong> set, IPv4Address source, uint now)
    {
        int best = 0;
        uint least = uint.MaxValue;
        for (int way = 0; way < Ways; way++)
        {
            ulong bucket = Volatile.Read(ref set[way]);
            if (AddressOf(bucket) == source)
            {
                return ref set[way];
            }

            uint taken = Taken(bucket, now);
            if (taken < least)
            {
                (best, least) = (way, taken);
            }
        }

        return ref set[best];
    }

    /// <summary>
    /// Returns the number of tokens that are missing in a bucket. A number above its size means a time long ago, before
    /// the count of tokens wrapped around.
    /// </summary>
    private uint Taken(ulong bucket, uint now)
    {
        uint missing = (uint)bucket - now;
        return missing > _perSecond ? 0 : missing;
    }
}

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
