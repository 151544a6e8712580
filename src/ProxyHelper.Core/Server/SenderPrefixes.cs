using System.Numerics;
using ProxyHelper.Addresses;

namespace ProxyHelper.Server;

/// <summary>Represents a prefix of IPv4 addresses for the filter in the kernel.</summary>
/// <param name="Network">The first address.</param>
/// <param name="Length">The number of bits that the addresses have in common.</param>
internal readonly record struct SenderPrefix(uint Network, int Length)
{
    /// <summary>Gets the bits that the addresses have in common: 1 for each.</summary>
    public uint Mask => MaskOf(Length);

    /// <summary>Returns the longest prefix that contains both prefixes.</summary>
    public SenderPrefix Join(SenderPrefix other)
    {
        int common = BitOperations.LeadingZeroCount(Network ^ other.Network); // 32 if they are the same
        int length = Math.Min(common, Math.Min(Length, other.Length));
        return new SenderPrefix(Network & MaskOf(length), length);
    }

    private static uint MaskOf(int length) => length == 0 ? 0 : uint.MaxValue << (32 - length);
}

/// <summary>
/// Makes lists of prefixes for the filter in the kernel, which limits the size of the filter
/// (net.core.optmem_max). A shorter list contains all addresses of the longer one, and some more.
/// </summary>
internal static class SenderPrefixes
{
    /// <summary>Returns the prefixes of the patterns in order, without those that another one contains.</summary>
    public static IReadOnlyList<SenderPrefix> From(IReadOnlyList<EndPointPattern> patterns)
    {
        var prefixes = new List<SenderPrefix>();
        foreach (SenderPrefix prefix in patterns
            .Select(pattern => new SenderPrefix(pattern.IPv4Network.Value, BitOperations.PopCount(pattern.IPv4Mask)))
            .OrderBy(prefix => prefix.Network).ThenBy(prefix => prefix.Length))
        {
            // The prefix that contains another one comes before it, and nothing else comes between them.
            if (prefixes.Count == 0 || prefixes[^1].Join(prefix) != prefixes[^1])
            {
                prefixes.Add(prefix);
            }
        }

        return prefixes;
    }

    /// <summary>
    /// Returns at most a number of prefixes that contain all addresses of the prefixes. Neighbors with the longest
    /// common prefix are joined first, so that few addresses are added.
    /// </summary>
    /// <param name="prefixes">Prefixes in order, of which none contains another.</param>
    /// <param name="max">The largest number of prefixes, at least 1.</param>
    public static IReadOnlyList<SenderPrefix> Shorten(IReadOnlyList<SenderPrefix> prefixes, int max)
    {
        List<SenderPrefix> shorter = [.. prefixes];
        while (shorter.Count > max)
        {
            int best = Enumerable.Range(0, shorter.Count - 1).MaxBy(i => shorter[i].Join(shorter[i + 1]).Length);
            shorter[best] = shorter[best].Join(shorter[best + 1]);
            shorter.RemoveAt(best + 1);
        }

        return shorter;
    }
}
