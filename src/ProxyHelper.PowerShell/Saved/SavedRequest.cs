using ProxyHelper.Mappings;

namespace ProxyHelper.PowerShell;

/// <summary>Represents what a user wants to know about saved tables.</summary>
internal sealed record SavedRequest
{
    /// <summary>Gets the system of the tables, or null to recognize it.</summary>
    public NatSystem? Format { get; init; }

    /// <summary>Gets whether the two states of a connection are shown as the router has them.</summary>
    public bool IsUnjoined { get; init; }

    /// <summary>Gets whether the router has no states on its inside interface.</summary>
    public bool IsInsideSkipped { get; init; }

    /// <summary>Gets the filters.</summary>
    public required RowFilter Filter { get; init; }

    /// <summary>
    /// Gets the connections to look up, one for each protocol. Without a connection, the tables are listed.
    /// </summary>
    public IReadOnlyList<MappingQuery> Queries { get; init; } = [];

    /// <summary>Gets whether a connection is looked up.</summary>
    public bool IsLookUp => Queries.Count > 0;

    /// <summary>Gets the token that Ctrl+C cancels.</summary>
    public CancellationToken Cancellation { get; init; }
}
