namespace ProxyHelper.Addresses;

/// <summary>Represents a range of TCP ports, such as the source ports that a router assigns.</summary>
/// <param name="First">The first port.</param>
/// <param name="Last">The last port, which is not lower than the first.</param>
public readonly record struct PortRange(ushort First, ushort Last)
{
    /// <summary>Reads a range such as "32768-65535".</summary>
    /// <returns>Whether the text is a range: two ports from 1 to 65535, the lower one first.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out PortRange range)
    {
        int hyphen = text.IndexOf('-');
        ushort first = 0, last = 0;
        bool isRange = hyphen >= 0
            && NumberText.TryRead(text[..hyphen], out first)
            && NumberText.TryRead(text[(hyphen + 1)..], out last)
            && first is > 0 && first <= last;
        range = isRange ? new PortRange(first, last) : default;
        return isRange;
    }

    /// <summary>Returns whether two ranges have a port in common.</summary>
    public bool Overlaps(PortRange other) => First <= other.Last && other.First <= Last;

    /// <summary>Returns whether the range has all ports of another range.</summary>
    internal bool Contains(PortRange other) => First <= other.First && other.Last <= Last;

    /// <summary>Returns the range as text.</summary>
    public override string ToString() => $"{First}-{Last}";
}
