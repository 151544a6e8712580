using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis.Firewall;

/// <summary>
/// Represents a set of numbers. The set is read once, however many rules use it, and finds a number by bisection.
/// </summary>
internal sealed class NumberSet
{
    private readonly NumberRange[] _ranges; // ascending, without overlaps

    private NumberSet(NumberRange[] ranges) => _ranges = ranges;

    /// <summary>Gets the set without numbers.</summary>
    public static NumberSet Empty { get; } = new([]);

    /// <summary>Gets the only range, or null if the set has several ranges or none.</summary>
    public NumberRange? Only => _ranges is [var only] ? only : null;

    /// <summary>Returns the set of one range.</summary>
    public static NumberSet Of(NumberRange range) => new([range]);

    /// <summary>Returns the set of some ranges, in any order.</summary>
    public static NumberSet Of(List<NumberRange> ranges)
    {
        if (ranges.Count == 0)
        {
            return Empty;
        }

        ranges.Sort((one, other) => one.First.CompareTo(other.First));
        int last = 0;
        for (int index = 1; index < ranges.Count; index++)
        {
            NumberRange next = ranges[index], before = ranges[last];
            bool isApart = next.First > before.Last;
            last += isApart ? 1 : 0;
            ranges[last] = isApart ? next : new NumberRange(before.First, Math.Max(before.Last, next.Last));
        }

        return new NumberSet([.. ranges[..(last + 1)]]);
    }

    /// <summary>Returns whether the set has a number.</summary>
    public bool Contains(uint number)
    {
        int low = 0, high = _ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (_ranges[middle].Contains(number))
            {
                return true;
            }

            (low, high) = number < _ranges[middle].First ? (low, middle - 1) : (middle + 1, high);
        }

        return false;
    }

    /// <summary>Returns whether the set has an address.</summary>
    public bool Contains(IPv4Address address) => Contains(NumberRange.NumberOf(address));
}
