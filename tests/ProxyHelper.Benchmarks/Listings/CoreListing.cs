using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;

namespace ProxyHelper.Benchmarks.Listings;

/// <summary>Lists the table of the calling thread's network with the core, in this process, which has all compiled by then.</summary>
internal static class CoreListing
{
    /// <summary>Lists it whole.</summary>
    public static Timing Whole() => Timing.Of(() => ConntrackTable.Enumerate().Count());

    /// <summary>Lists what one user has.</summary>
    /// <param name="address">The user's address.</param>
    public static Timing OfUser(string address)
    {
        var filter = new ConntrackFilter { OriginalSources = [EndPointPattern.Parse(address)] };
        return Timing.Of(() => ConntrackTable.Enumerate(filter).Count());
    }
}
