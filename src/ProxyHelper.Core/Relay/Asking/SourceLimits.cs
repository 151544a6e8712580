using ProxyHelper.Access;
using ProxyHelper.Addresses;

namespace ProxyHelper.Relay.Asking;

/// <summary>
/// Counts the connections of each original source address. All workers share the counts. A lock is enough, because a
/// connection needs it twice in its life.
/// </summary>
internal sealed class SourceLimits
{
    private readonly Lock _lock = new();
    private readonly uint _factor = HashFactor.Choose();
    private readonly Dictionary<uint, int> _connections = [];

    /// <summary>Counts one more connection of a source.</summary>
    /// <param name="source">The original source address.</param>
    /// <param name="max">The largest number of connections of a source; 0 for no limit.</param>
    /// <returns>False if the source has too many connections. The connection is not counted then.</returns>
    public bool TryEnter(IPv4Address source, int max)
    {
        lock (_lock)
        {
            _connections.TryGetValue(KeyOf(source), out int count);
            if (max != 0 && count >= max)
            {
                return false;
            }

            _connections[KeyOf(source)] = count + 1;
            return true;
        }
    }

    /// <summary>Counts one connection of a source less.</summary>
    public void Leave(IPv4Address source)
    {
        lock (_lock)
        {
            int rest = _connections[KeyOf(source)] - 1;
            if (rest > 0)
            {
                _connections[KeyOf(source)] = rest;
            }
            else
            {
                _connections.Remove(KeyOf(source));
            }
        }
    }

    // An odd factor gives each address another key. No user can choose addresses whose keys collide in the table.
    private uint KeyOf(IPv4Address source) => source.Value * _factor;
}
