using System.Collections.ObjectModel;
using System.Globalization;
using System.Runtime.InteropServices;
using ProxyHelper.Addresses;
using ProxyHelper.Mappings;

namespace ProxyHelper.Conntrack;

/// <summary>Counts entries by protocol, state and type of NAT.</summary>
public sealed class ConntrackTally
{
    private readonly Dictionary<IPProtocol, long> _protocols = [];
    private readonly Dictionary<ConnectionState, long> _states = [];
    private readonly Dictionary<NatType, long> _natTypes = [];

    /// <summary>Gets the number of entries.</summary>
    public long Mappings { get; private set; }

    /// <summary>Gets the entries by protocol. The most frequent protocol is first.</summary>
    public IReadOnlyList<ConntrackGroup> ByProtocol => Groups(_protocols);

    /// <summary>Gets the entries that have a state, by state. The most frequent state is first.</summary>
    public IReadOnlyList<ConntrackGroup> ByState => Groups(_states);

    /// <summary>Gets the entries by type of NAT. The most frequent type is first.</summary>
    public IReadOnlyList<ConntrackGroup> ByNatType => Groups(_natTypes);

    /// <summary>Counts an entry.</summary>
    public void Add(ConntrackEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        Mappings++;
        Count(_protocols, entry.Protocol);
        Count(_natTypes, entry.NatType);
        if (entry.State is { } state)
        {
            Count(_states, state);
        }
    }

    private static void Count<T>(Dictionary<T, long> counts, T value)
        where T : struct => CollectionsMarshal.GetValueRefOrAddDefault(counts, value, out _)++;

    private static ConntrackGroups Groups<T>(Dictionary<T, long> counts)
        where T : struct => new(
        [
            .. counts
                .OrderByDescending(group => group.Value)
                .Select(group => new ConntrackGroup(group.Key.ToString()!, group.Value)),
        ]);
}

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
