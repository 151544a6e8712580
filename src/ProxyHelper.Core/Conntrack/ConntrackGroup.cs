using System.Globalization;

namespace ProxyHelper.Conntrack;

/// <summary>How many entries have something in common.</summary>
/// <param name="Name">What they have in common, such as Tcp or Established.</param>
/// <param name="Count">How many there are.</param>
public sealed record ConntrackGroup(string Name, long Count)
{
    /// <summary>Both in words, such as "Tcp 12".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Count}");
}
