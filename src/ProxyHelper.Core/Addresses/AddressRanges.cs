namespace ProxyHelper.Addresses;

/// <summary>Represents all IPv4 addresses that some patterns contain together, as ranges that do not touch.</summary>
internal sealed class AddressRanges
{
    private readonly List<(uint First, uint Last)> _ranges = [];

    /// <summary>
    /// Joins IPv4 patterns that overlap or touch. Two halves of a prefix contain the same as the prefix.
    /// </summary>
    public AddressRanges(IEnumerable<EndPointPattern> patterns)
    {
        foreach ((uint first, uint last) in patterns.Select(RangeOf).Order())
        {
            if (_ranges is [.., var previous] && first <= (ulong)previous.Last + 1)
            {
                _ranges[^1] = (previous.First, Math.Max(previous.Last, last));
            }
            else
            {
                _ranges.Add((first, last));
            }
        }
    }

    /// <summary>Gets whether the patterns contain every address.</summary>
    public bool ContainsEveryAddress => Contains((0, uint.MaxValue));

    /// <summary>Returns whether the patterns contain all addresses of another pattern.</summary>
    public bool Contains(EndPointPattern pattern) => Contains(RangeOf(pattern));

    private static (uint First, uint Last) RangeOf(EndPointPattern pattern)
    {
        uint first = pattern.IPv4Network.Value;
        return (first, first | ~pattern.IPv4Mask);
    }

    private bool Contains((uint First, uint Last) range) =>
        _ranges.Exists(part => part.First <= range.First && range.Last <= part.Last);
}
