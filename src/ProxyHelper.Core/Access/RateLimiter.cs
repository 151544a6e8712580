using ProxyHelper.Addresses;

namespace ProxyHelper.Access;

/// <summary>
/// A token bucket for each source address, in a table of fixed size that any number of threads share without a lock. A bucket
/// holds a second's worth of queries. When more sources ask than there is room for, the fullest bucket of a set is given away:
/// a flood from forged addresses can win a source back its tokens, but cannot grow anything.
/// </summary>
internal sealed class RateLimiter
{
    private const int SetBits = 10;
    private const int Ways = 4;

    // High half: the source address. Low half: when its bucket will be full again. Time counts in tokens, modulo 2^32.
    private readonly ulong[] _buckets = new ulong[Ways << SetBits];
    private readonly uint _perSecond;
    private readonly uint _factor = HashFactor.Choose();

    /// <summary>Makes the table.</summary>
    /// <param name="perSecond">How many queries a source may ask in a second.</param>
    public RateLimiter(int perSecond)
    {
        _perSecond = (uint)perSecond;
    }

    /// <summary>A time for <see cref="TryTake"/>: how many tokens a bucket was given up to it, modulo 2^32. A clock that was set does no harm.</summary>
    public uint TimeAt(DateTime now)
    {
        (long seconds, long rest) = Math.DivRem(now.Ticks, TimeSpan.TicksPerSecond);
        return (uint)((seconds * _perSecond) + (rest * _perSecond / TimeSpan.TicksPerSecond));
    }

    /// <summary>Takes a token from a source's bucket.</summary>
    /// <returns>False when it is empty: the source asks too often.</returns>
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

    /// <summary>The source's bucket, or else the fullest one.</summary>
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

    /// <summary>How many tokens are missing in a bucket. More than it holds means a time long past, before the count came round.</summary>
    private uint Taken(ulong bucket, uint now)
    {
        uint missing = (uint)bucket - now;
        return missing > _perSecond ? 0 : missing;
    }
}
