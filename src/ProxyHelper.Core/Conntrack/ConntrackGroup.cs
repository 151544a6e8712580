using System.Collections.ObjectModel;
using System.Globalization;

namespace ProxyHelper.Conntrack;

/// <summary>Represents the number of entries that have one value in common.</summary>
/// <param name="Name">The common value, such as Tcp or Established.</param>
/// <param name="Count">The number of entries.</param>
public sealed record ConntrackGroup(string Name, long Count)
{
    /// <summary>Returns the group as text, such as "Tcp 12".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Count}");
}

/// <summary>
/// Represents groups that become text such as "Tcp 12, Udp 3" when a list becomes text, as in a CSV file.
/// </summary>
internal sealed class ConntrackGroups(ConntrackGroup[] groups) : ReadOnlyCollection<ConntrackGroup>(groups)
{
    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", this);
}
