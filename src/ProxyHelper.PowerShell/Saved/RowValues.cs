using ProxyHelper.Conntrack;
using ProxyHelper.Mappings;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Notes which values the rows of a table have. A filter of a value that no row has matches nothing, and the reason is
/// the command that saved the table.
/// </summary>
/// <param name="filter">The filters.</param>
internal sealed class RowValues(RowFilter filter)
{
    private bool _hasRow;
    private bool _hasId;
    private bool _hasState;
    private bool _hasDomain;

    /// <summary>Notes the values of a row.</summary>
    public void Note(NatMapping mapping)
    {
        _hasRow = true;
        _hasId |= mapping is ConntrackEntry { Id: not null } or RouterMapping { Id: not null };
        _hasState |= mapping is ConntrackEntry or RouterMapping { State: not null };
        _hasDomain |= mapping is RouterMapping { RoutingDomain: not null };
    }

    /// <summary>Returns the filter of a value that no row has, or null.</summary>
    public UnusableFilter? FindMissing() =>
        !_hasRow ? null
        : filter.Ids.Count > 0 && !_hasId ? new("-Id", "the table was saved without ids")
        : filter.States.Count > 0 && !_hasState ? new("-State", "the table was saved without states")
        : filter.RoutingDomains.Count > 0 && !_hasDomain ? new(
            "-RoutingDomain", "no row of the table has a routing domain")
        : null;
}
