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

    /// <summary>
    /// Takes the mappings that are complete already, so that a large table does not fill the memory. A listing can call
    /// the method at any time.
    /// </summary>
    public virtual IReadOnlyList<NatMapping> TakeComplete() => [];

    /// <summary>
    /// Returns the mappings that were not taken as a listing shows them, in the order of the table.
    /// </summary>
    public abstract IEnumerable<NatMapping> Joined();
}
