using ProxyHelper.Mappings;

namespace ProxyHelper.Tables;

/// <summary>
/// Completes the mappings of one table for a listing. Some tables show a value of a row only in another row, so the
/// mappings come out when all of them are known. Look-ups do not use the result.
/// </summary>
internal abstract class ListingJoin
{
    /// <summary>Adds a mapping.</summary>
    public abstract void Add(NatMapping mapping);

    /// <summary>Returns the mappings as a listing shows them, in the order of the table.</summary>
    public abstract IEnumerable<NatMapping> Joined();
}
