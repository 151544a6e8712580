using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.TestSupport.Pair;

/// <summary>Compares the conntrack tables of both routers.</summary>
internal static class PairTables
{
    /// <summary>Returns the number of ports whose entry on one router differs from that on the other router.</summary>
    public static int CountDisagreeing(PairedRouter a, PairedRouter b)
    {
        Dictionary<string, string> entriesOfB = Read(b);
        return Read(a).Count(entry => entriesOfB.TryGetValue(entry.Key, out string? other) && other != entry.Value);
    }

    /// <summary>Returns the original tuples of the mail connections by their reply tuples.</summary>
    private static Dictionary<string, string> Read(PairedRouter router) => router.Machine.Network.Run(() =>
        ConntrackTable.Enumerate(new ConntrackFilter { Protocols = [IPProtocol.Tcp] })
            .ToDictionary(entry => $"{entry.Reply}", entry => $"{entry.Original}"));
}
