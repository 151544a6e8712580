using System.Runtime.InteropServices;
using ProxyHelper.Addresses;

namespace ProxyHelper.Conntrack;

/// <summary>Counts entries by protocol, state and kind of NAT, one after the other.</summary>
public sealed class ConntrackTally
{
    private readonly Dictionary<IPProtocol, long> _protocols = [];
    private readonly Dictionary<ConnectionState, long> _states = [];
    private readonly Dictionary<NatType, long> _natTypes = [];

    /// <summary>How many were counted.</summary>
    public long Mappings { get; private set; }

    /// <summary>By protocol, the most frequent first.</summary>
    public IReadOnlyList<ConntrackGroup> ByProtocol => Groups(_protocols);

    /// <summary>By state, the most frequent first; those without a state are not among them.</summary>
    public IReadOnlyList<ConntrackGroup> ByState => Groups(_states);

    /// <summary>By kind of NAT, the most frequent first.</summary>
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
        where T : struct => new([.. counts.OrderByDescending(group => group.Value).Select(group => new ConntrackGroup(group.Key.ToString()!, group.Value))]);
}
