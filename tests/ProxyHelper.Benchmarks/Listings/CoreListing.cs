using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.Benchmarks.Listings;

/// <summary>
/// Lists the table of the calling thread's network with the core, in this process. The code is compiled before.
/// </summary>
internal static class CoreListing
{
    /// <summary>Lists the whole table.</summary>
    public static Timing Whole() => Timing.Of(() => ConntrackTable.Enumerate().Count());

    /// <summary>Lists the entries of one user.</summary>
    /// <param name="address">The address of the user.</param>
    public static Timing OfUser(string address)
    {
        var filter = new ConntrackFilter { OriginalSources = [EndPointPattern.Parse(address)] };
        return Timing.Of(() => ConntrackTable.Enumerate(filter).Count());
    }
}
