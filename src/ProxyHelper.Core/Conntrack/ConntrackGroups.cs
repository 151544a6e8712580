using System.Collections.ObjectModel;

namespace ProxyHelper.Conntrack;

/// <summary>Groups that are text where a list is taken for text, such as in a CSV file: "Tcp 12, Udp 3".</summary>
internal sealed class ConntrackGroups(ConntrackGroup[] groups) : ReadOnlyCollection<ConntrackGroup>(groups)
{
    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", this);
}
